import type { ConnectorManifest } from '@pes/contracts';
import type { OutMessage } from '@pes/messaging';
import type { RegistryContext } from '@pes/registry';
import type { ClaimedPush } from './claimed-push.ts';
import { prepareWork } from './prepare-work.ts';

/**
 * The messages of claims once more, for when the first ones got lost. Whether a connector works on the first ones is not known here, so:
 * - the order is looked up before it is sent, also on a first attempt;
 * - what must not be sent any more is not taken back, as it may be at the provider by now; it moves on by its outcome or the end of its lease;
 * - where only a lookup prevents a second order nothing is announced: it could look before the call of the first message took effect. Such
 *   an order waits for the end of its lease.
 */
export function prepareAnnouncement(unanswered: readonly ClaimedPush[], context: RegistryContext, manifests: ReadonlyMap<string, ConnectorManifest>): OutMessage[] {
  const safe = unanswered.filter((push) => manifests.get(push.provider)?.idempotency !== 'lookup');
  return prepareWork(safe.map((push) => ({ ...push, check_first: true })), context, manifests).messages;
}
