import { publishAll } from '@pes/messaging';
import { loadContext } from '@pes/registry';
import type { ClaimedPush } from '../domain/claimed-push.ts';
import { parkPushes } from '../data-access/park-pushes.sql.ts';
import type { Dispatch } from '../dispatch.ts';
import { prepareAnnouncement } from '../domain/prepare-announcement.ts';
import { prepareWork } from '../domain/prepare-work.ts';
import { publishNoted } from './publish-noted.ts';

function entityIds(claimed: readonly ClaimedPush[]): string[] {
  return claimed.flatMap(({ snapshot }) => [snapshot.customer.userId, ...snapshot.items.map((item) => item.productId)]);
}

/** Hands claimed pushes to their connectors. What cannot be published stays claimed: it is announced again, and at last its lease ends. */
export async function sendWork(dispatch: Dispatch, claimed: readonly ClaimedPush[]): Promise<void> {
  const context = await loadContext(dispatch.db, claimed.map((push) => push.site_id), entityIds(claimed));
  const { messages, parkings } = prepareWork(claimed, context, await dispatch.manifests.current());
  await publishAll(dispatch.bus, messages);
  if (parkings.length > 0) await publishNoted(dispatch, await parkPushes(dispatch.db, parkings));
}

/** Hands claimed pushes to their connectors once more. */
export async function announceWork(dispatch: Dispatch, unanswered: readonly ClaimedPush[]): Promise<void> {
  const context = await loadContext(dispatch.db, unanswered.map((push) => push.site_id), entityIds(unanswered));
  await publishAll(dispatch.bus, prepareAnnouncement(unanswered, context, await dispatch.manifests.current()));
}
