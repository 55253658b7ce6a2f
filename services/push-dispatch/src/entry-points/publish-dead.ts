import { eventTypes, subjects } from '@pes/contracts';
import { publishAll } from '@pes/messaging';
import { deadPushes } from '../data-access/dead-pushes.sql.ts';
import type { Dispatch } from '../dispatch.ts';
import type { PushRow } from '../domain/push-state.ts';

/** Says of pushes that just ran out of attempts that they are dead. Repeats carry the same id. */
export async function publishDead(dispatch: Dispatch, rows: readonly PushRow[]): Promise<void> {
  const ids = rows.filter((row) => row.state === 'dead').map((row) => row.push_id);
  if (ids.length === 0) return;
  const dead = await deadPushes(dispatch.db, ids, await dispatch.manifests.current());
  await publishAll(dispatch.bus, dead.map((push) => ({
    subject: subjects.deadPush(push.provider, push.accountId), type: eventTypes.deadPush, id: `dead-push:${push.pushId}:${push.revision}`,
    source: 'push-dispatch', data: push,
  })));
}
