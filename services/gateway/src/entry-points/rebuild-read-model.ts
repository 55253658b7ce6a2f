import { consumers, subjects, type ConsumerSpec } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { inTransaction, type PoolClient } from '@pes/store';
import { askDispatch } from '../ask-dispatch.ts';
import { askService } from '../ask-service.ts';
import { markUntargeted, moveRebuild, takeRebuild, type Rebuild } from '../data-access/rebuild.sql.ts';
import { storeChanges } from '../data-access/store-changes.sql.ts';
import { storeDecisions } from '../data-access/store-decisions.sql.ts';
import { decisionRow } from '../domain/read-rows.ts';
import { changeOfPush, type DispatchPush, type StandingDecision } from '../domain/rebuild-rows.ts';
import type { Gateway } from '../gateway.ts';

const pageSize = 200;
const idleMs = 2_000;
const patienceMs = 10_000;
const consumerNotFound = 10014;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** A reader whose consumer is gone makes a new one, which begins at the start of its stream. */
async function forget({ bus }: Gateway, { stream, durable }: ConsumerSpec): Promise<void> {
  try {
    await bus.jsm.consumers.delete(stream, durable);
  } catch (error) {
    if ((error as { code?: unknown }).code !== consumerNotFound) throw error;
  }
}

async function pageDecisions(gateway: Gateway, client: PoolClient, { rebuildId, place }: Rebuild): Promise<void> {
  const answer = await askService<{ decisions: StandingDecision[] }>(gateway, 'order-eligibility', {
    subject: subjects.rpcEligibilityDecisions, request: { ...(place !== null && { after: place }), limit: pageSize }, timeoutMs: patienceMs,
  });
  if (!answer.ok) throw new Error(answer.error.error);
  const { decisions } = answer.value;
  await storeDecisions(client, decisions.map(decisionRow));
  const last = decisions.at(-1);
  // A page may be shorter than asked for, so only an empty one is the end.
  if (last === undefined) return moveRebuild(client, rebuildId, { state: 'pushes', place: null });
  await moveRebuild(client, rebuildId, { state: 'decisions', place: { decidedAt: last.decidedAt, orderId: last.orderId }, decisions: decisions.length });
}

async function pagePushes(gateway: Gateway, client: PoolClient, { rebuildId, place }: Rebuild): Promise<void> {
  const answer = await askDispatch<{ pushes: DispatchPush[] }>(gateway, subjects.rpcDispatchPushes, { ...place, limit: pageSize }, patienceMs);
  if (!answer.ok) throw new Error(answer.error.error);
  const { pushes } = answer.value;
  await storeChanges(client, pushes.map(changeOfPush));
  const last = pushes.at(-1);
  if (last === undefined) return moveRebuild(client, rebuildId, { state: 'untargeted', place: null });
  await moveRebuild(client, rebuildId, { state: 'pushes', place: { after: last.push_id }, pushes: pushes.length });
}

/** One step of the rebuild that runs, if any. Answers whether there was something to do. */
async function step(gateway: Gateway): Promise<boolean> {
  return inTransaction(gateway.db, async (client) => {
    const rebuild = await takeRebuild(client);
    if (rebuild === undefined) return false;
    const { rebuildId, state, place, startedAt } = rebuild;
    if (state === 'streams') {
      await forget(gateway, consumers.gatewayReadOrders);
      await forget(gateway, consumers.gatewayReadPushes);
      await moveRebuild(client, rebuildId, { state: 'decisions', place: null });
    } else if (state === 'decisions') await pageDecisions(gateway, client, rebuild);
    else if (state === 'pushes') await pagePushes(gateway, client, rebuild);
    else {
      const last = await markUntargeted(client, place?.['after'] ?? beforeAll, startedAt);
      await moveRebuild(client, rebuildId, last === null ? { state: 'done', place: null } : { state: 'untargeted', place: { after: last } });
      if (last === null) gateway.log.info(rebuild, 'the read model is rebuilt');
    }
    return true;
  });
}

/** Works on the rebuild that was asked for, a page a transaction: whoever dies in between is followed by another replica, or by itself. */
export function startRebuilder(gateway: Gateway): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const worked = await step(gateway).catch((error: unknown) => {
        gateway.log.warn({ err: error }, 'the rebuild of the read model could not go on, trying again');
        return false;
      });
      if (!worked) await sleep(idleMs, stopping.signal);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
