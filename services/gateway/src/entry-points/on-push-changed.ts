import { consumers, validator, type PushChange, type PushChanged } from '@pes/contracts';
import { consumeBatches, decodeJson, type Consumption } from '@pes/messaging';
import { isDataError } from '@pes/store';
import { followPushes } from '../data-access/move-letters.sql.ts';
import { outcomeOf } from '../domain/replay.ts';
import type { Gateway } from '../gateway.ts';

/** The newest change of each push; changes of orders that nobody gets have no push. */
function newestChanges(events: readonly PushChanged[]): Array<PushChange & { pushId: string }> {
  const newest = new Map<string, PushChange & { pushId: string }>();
  for (const change of events.flatMap((event) => event.changes)) {
    const { pushId } = change;
    if (pushId === null) continue;
    const known = newest.get(pushId);
    if (known === undefined || change.revision > known.revision) newest.set(pushId, { ...change, pushId });
  }
  return [...newest.values()];
}

async function handleChanges(gateway: Gateway, events: readonly PushChanged[]): Promise<void> {
  const changes = newestChanges(events).map((change) => ({ ...change, outcome: outcomeOf[change.state] }));
  const settled = await followPushes(gateway.db, changes);
  for (const { outcome, n } of settled) if (outcome !== 'taken') gateway.metrics.replayed.inc({ result: outcome }, n);
}

/** Pushes that move on close their dead letters and settle the items of replays. */
export function consumePushChanges(gateway: Gateway): Consumption {
  return consumeBatches<PushChanged>(gateway.bus, {
    consumer: consumers.gatewayPushes,
    decode: decodeJson(validator('push-changed')),
    isDataError,
    maxBatch: 200,
    maxWaitMs: 10,
    maxFlushes: 2,
    handle: (batch) => handleChanges(gateway, batch.map(({ value }) => value)),
    onDead: (code) => gateway.metrics.dead.inc({ consumer: consumers.gatewayPushes.durable, code }),
  });
}
