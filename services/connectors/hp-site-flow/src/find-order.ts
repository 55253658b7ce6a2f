import type { PushOrder } from '@pes/connector-sdk';
import type { Trouble } from './classify.ts';
import type { Session } from './session.ts';
import { isOurs, readOrder, type StoredOrder } from './stored-order.ts';

export type Found = { kind: 'ours' | 'foreign'; order: StoredOrder } | { kind: 'absent' } | { kind: 'trouble'; reading: Trouble };

/** Asks for the order under our number and decides whose it is. */
export async function findOrder(session: Session, push: PushOrder): Promise<Found> {
  const reading = await session.client.findBySourceId(push.reference);
  if (reading.kind !== 'ok') return reading.kind === 'absent' ? { kind: 'absent' } : { kind: 'trouble', reading };
  const order = readOrder(reading.body);
  if (order === null) return { kind: 'absent' };
  if (order === undefined || (order.sourceOrderId !== undefined && order.sourceOrderId !== push.reference)) {
    return { kind: 'trouble', reading: { kind: 'unreadable', message: `with JSON that is not order ${push.reference}` } };
  }
  return { kind: isOurs(order, push, session.settings.destinationAccount) ? 'ours' : 'foreign', order };
}
