import { subjects } from '@pes/contracts';
import { inTransaction } from '@pes/store';
import { askService } from '../ask-service.ts';
import { missingDecisions, moveWalk, takeWalk } from '../data-access/order-walk.sql.ts';
import { storeDecisions } from '../data-access/store-decisions.sql.ts';
import { decisionRow } from '../domain/read-rows.ts';
import type { StandingDecision } from '../domain/rebuild-rows.ts';
import type { Gateway } from '../gateway.ts';

const pageSize = 200;
const pagesAtOnce = 50;
const patienceMs = 5_000;

/**
 * Anti-entropy. A decision that the broker lost before this reader had it comes to nobody's notice: order-eligibility makes sure of
 * push-dispatch only. So all decisions that are older than a minute are asked for once, in the order in which they were made, and those
 * that are missing are stored. Pushes need none of this: push-dispatch notices that its stream fell back and says them again.
 */
export async function compareOrders(gateway: Gateway): Promise<{ stored: number }> {
  const { db, clock, config, log } = gateway;
  return inTransaction(db, async (client) => {
    let stored = 0;
    const place = await takeWalk(client);
    if (place === undefined) return { stored };
    let after = { decidedAt: place.decidedAt.toISOString(), orderId: place.orderId };
    const untilMs = clock.now() - config.COMPARE_SLACK_MS;
    for (let page = 0; page < pagesAtOnce; page += 1) {
      const answer = await askService<{ decisions: StandingDecision[] }>(gateway, 'order-eligibility', { subject: subjects.rpcEligibilityDecisions, request: { after, limit: pageSize }, timeoutMs: patienceMs });
      // Not there now: the next round asks again.
      if (!answer.ok) break;
      const old = answer.value.decisions.filter(({ decidedAt }) => Date.parse(decidedAt) < untilMs);
      const last = old.at(-1);
      if (last === undefined) break;
      const missing = await missingDecisions(client, old.map(decisionRow));
      await storeDecisions(client, missing);
      stored += missing.length;
      after = { decidedAt: last.decidedAt, orderId: last.orderId };
      await moveWalk(client, after);
    }
    if (stored > 0) log.warn({ orders: stored }, 'decisions that no event told were stored');
    return { stored };
  });
}
