import { select, type Queryable } from '@pes/store';
import type { ClaimedPush } from '../domain/claimed-push.ts';
import { claimedColumns } from './claim-pushes.sql.ts';

/**
 * Work without an outcome for a while, whole messages at a time, each once. Only while the broker's duplicate window is open: inside it a
 * repeat costs nothing when the broker still has the original.
 */
const unansweredWorkStatement = {
  name: 'dispatch-unanswered-work',
  text: `with stale as (
      select push_id from push
      where state = 'sending' and not announced_again and claimed_at < now() - $1::integer * interval '1 millisecond'
        and claimed_at > now() - interval '100 seconds' and lease_until > now() + interval '5 seconds'
      order by work_id, push_id limit 2000 for update skip locked),
    again as (
      update push set announced_again = true from stale where push.push_id = stale.push_id returning ${claimedColumns})
    select again.*, o.eligible, o.item_numbers, o.snapshot from again join order_snapshot o using (order_id) order by again.work_id, again.push_id`,
};

export async function unansweredWork(db: Queryable, olderThanMs: number): Promise<ClaimedPush[]> {
  return select<ClaimedPush>(db, unansweredWorkStatement, [olderThanMs]);
}
