import { consumers, validator, type ConnectorManifest, type OrderDecided, type OrderDecision } from '@pes/contracts';
import { isoTime } from '@pes/kernel';
import { consumeBatches, decodeJson, type Consumption } from '@pes/messaging';
import { loadContext, type RegistryContext } from '@pes/registry';
import { isDataError } from '@pes/store';
import { recordDecisions } from '../data-access/record-decisions.sql.ts';
import type { Dispatch } from '../dispatch.ts';
import { fanOut, type PlannedPush } from '../domain/fan-out.ts';
import { newestDecisions } from '../domain/newest-decisions.ts';
import { changeEvents, changeOf, type SubscriberChange } from '../domain/push-change.ts';

interface Planned {
  pushes: PlannedPush[];
  untargeted: SubscriberChange[];
}

function plan(eligible: readonly OrderDecision[], context: RegistryContext, manifests: ReadonlyMap<string, ConnectorManifest>, nowMs: number): Planned {
  const planned: Planned = { pushes: [], untargeted: [] };
  for (const decision of eligible) {
    const result = fanOut(decision, context, manifests);
    if (result.kind === 'pushes') {
      planned.pushes.push(...result.pushes);
      continue;
    }
    planned.untargeted.push({
      subscriberId: decision.subscriberId,
      change: {
        pushId: null, orderId: decision.orderId, orderNumber: decision.orderNumber, siteId: decision.siteId, accountId: null, provider: null,
        state: 'no-target', code: result.code, message: result.message, reference: null, providerRef: null, attempt: 0, nextAttemptAt: null,
        revision: decision.version, at: isoTime(nowMs),
      },
    });
  }
  return planned;
}

function entityIds(decisions: readonly OrderDecision[]): string[] {
  return decisions.flatMap(({ order }) => (order === null ? [] : [order.customer.userId, ...order.items.map((item) => item.productId)]));
}

/** Decisions → orders and pushes in one statement → events → acknowledged. */
async function handleDecisions(dispatch: Dispatch, events: readonly OrderDecided[]): Promise<void> {
  const decisions = newestDecisions(events);
  const eligible = decisions.filter((decision) => decision.result === 'eligible' && decision.order !== null);
  const context = await loadContext(dispatch.db, eligible.map((decision) => decision.siteId), entityIds(eligible));
  const { pushes, untargeted } = plan(eligible, context, await dispatch.manifests.current(), dispatch.clock.now());
  const rows = await recordDecisions(dispatch.db, decisions, pushes);
  dispatch.metrics.decisions.inc({ result: 'eligible' }, eligible.length);
  dispatch.metrics.decisions.inc({ result: 'waiting' }, decisions.length - eligible.length);
  dispatch.wake(rows.filter((row) => row.state === 'queued').map((row) => row.account_id));
  const changes = rows.map((row) => ({ subscriberId: row.subscriber_id, change: changeOf(row) }));
  await dispatch.integration.publish(changeEvents([...changes, ...untargeted]));
}

export function consumeDecisions(dispatch: Dispatch): Consumption {
  const { config } = dispatch;
  return consumeBatches<OrderDecided>(dispatch.bus, {
    consumer: consumers.dispatchDecisions,
    decode: decodeJson(validator('order-decided')),
    isDataError,
    maxBatch: config.BATCH_MAX,
    maxWaitMs: config.BATCH_WAIT_MS,
    maxFlushes: config.BATCH_FLUSHES,
    handle: (batch) => handleDecisions(dispatch, batch.map(({ value }) => value)),
    onDead: (code) => dispatch.metrics.dead.inc({ consumer: consumers.dispatchDecisions.durable, code }),
  });
}
