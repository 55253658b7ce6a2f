import type { Bus } from '@pes/messaging';
import type { Pool } from '@pes/store';
import { readOutdated } from '../data-access/read-outdated.sql.ts';
import { readPolicies } from '../data-access/read-policies.sql.ts';
import { replaceDecisions } from '../data-access/replace-decisions.sql.ts';
import { decide, decidedAt } from '../domain/decision.ts';
import type { EligibilityMetrics } from '../metrics.ts';
import { publishDecisions } from './publish-decisions.ts';

export interface RedecideParts {
  bus: Bus;
  pool: Pool;
  metrics: EligibilityMetrics;
}

const batchSize = 100;

/**
 * Decides again every order that was decided under a policy which its site has given up since, be it waiting or eligible. Runs when a
 * policy arrives, and again and again for a while after, for orders whose batch read the old policy and committed later.
 *
 * Publishes first and writes after: a crash in between leaves the order outdated, so the next run publishes once more. The other way round
 * it would be lost. An order that got a newer version in between keeps it. Readers tell decisions apart by version, then by decidedAt.
 */
export async function redecideOrders({ bus, pool, metrics }: RedecideParts): Promise<void> {
  for (;;) {
    const orders = await readOutdated(pool, batchSize);
    if (orders.length === 0) return;
    const policies = await readPolicies(pool, orders.map(({ order }) => order.siteId));
    const anew = orders.map(({ redecidedAtMs, ...order }) => ({ redecidedAtMs, decision: decide(order, policies) }));
    await publishDecisions(bus, anew.map(({ decision, redecidedAtMs }) => decidedAt(decision, redecidedAtMs)));
    await replaceDecisions(pool, anew.map(({ decision }) => decision));
    metrics.redecided(orders.length);
    bus.log.info({ orders: orders.length }, 'decided again under changed site policies');
  }
}
