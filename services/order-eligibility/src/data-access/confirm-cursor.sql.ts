import { select, type Queryable } from '@pes/store';
import type { Place } from './walk-decisions.sql.ts';

const read = { name: 'eligibility-read-cursor', text: 'select decided_at as "decidedAt", order_id as "orderId" from confirm_cursor' };

// Never backwards: a replica that lost its lock without knowing may still be under way.
const move = {
  name: 'eligibility-move-cursor',
  text: `update confirm_cursor set decided_at = $1::timestamptz, order_id = $2::uuid
    where (decided_at, order_id) < ($1::timestamptz, $2::uuid)`,
};

export async function readCursor(db: Queryable): Promise<Place> {
  const [place] = await select<Place>(db, read);
  if (place === undefined) throw new Error('confirm_cursor lost its row');
  return place;
}

export async function moveCursor(db: Queryable, to: Place): Promise<void> {
  await select(db, move, [to.decidedAt, to.orderId]);
}
