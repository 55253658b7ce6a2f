import { describe, expect, it } from '@jest/globals';
import type { PushWork } from '@pes/contracts';
import type { ClaimedPush } from '../src/domain/claimed-push.ts';
import { prepareAnnouncement } from '../src/domain/prepare-announcement.ts';
import { prepareWork } from '../src/domain/prepare-work.ts';
import { aContext, aManifest, anActivation, anOrder, ids, orderId } from './order-fixture.ts';

const claimedAt = new Date(Date.UTC(2026, 2, 1, 12));
const manifests = new Map([['acme-press', aManifest()]]);
const notLive = aContext({ activations: [anActivation({ live: false })] });

function aClaim(changes: Partial<ClaimedPush> = {}): ClaimedPush {
  return {
    push_id: '33333333-0000-7000-8000-000000000001', order_id: orderId(1), account_id: ids.accountA, subscriber_id: ids.subscriber, site_id: ids.site, order_number: 501,
    provider: 'acme-press', reference: 'AE-501', state: 'sending', code: null, message: 'Being sent.', attempt: 1, provider_ref: null, run_at: null, revision: 2,
    updated_at: claimedAt, claimed_at: claimedAt, lease_until: new Date(claimedAt.getTime() + 60_000), first_sent_at: claimedAt, check_first: false, work_id: 'w',
    eligible: true, item_numbers: [1], snapshot: anOrder(), ...changes,
  };
}

const itemsOf = (messages: ReadonlyArray<{ data: unknown }>): PushWork['orders'] => messages.flatMap(({ data }) => (data as PushWork).orders);

describe('prepareWork', () => {
  it('sends an order that is ready', () => {
    const { messages, parkings } = prepareWork([aClaim()], aContext(), manifests);
    expect(itemsOf(messages)).toMatchObject([{ mode: 'send', firstSentAt: null }]);
    expect(parkings).toEqual([]);
  });

  it('takes an order back that stopped being ready while it was queued or tried', () => {
    expect(prepareWork([aClaim({ eligible: false, item_numbers: [] })], aContext(), manifests)).toMatchObject({
      messages: [], parkings: [{ attempt: 1, state: 'withdrawn', code: 'not_ready_any_more' }],
    });
  });

  it.each([
    ['the order is not ready any more', aClaim({ eligible: false, check_first: true }), aContext(), 'not_ready_any_more'],
    ['the site is not live any more', aClaim({ check_first: true }), notLive, 'site_not_live'],
  ])('asks a person about an order that may be at the provider when %s', (_name, claim, context, code) => {
    const { messages, parkings: [parking] } = prepareWork([claim], context, manifests);
    expect(messages).toEqual([]);
    expect(parking).toMatchObject({ state: 'needs-person', code, waitingFor: [] });
    expect(parking?.message).toContain('not known whether AE-501 reached the provider');
    expect(parking?.message).not.toContain('Not sent');
  });

  it('waits for a connector that has not started, whatever happened before', () => {
    expect(prepareWork([aClaim({ check_first: true })], aContext(), new Map())).toMatchObject({ parkings: [{ state: 'queued', code: 'manifest_missing' }] });
  });
});

describe('prepareAnnouncement', () => {
  it('has the order looked up first, whichever attempt it is', () => {
    expect(itemsOf(prepareAnnouncement([aClaim()], aContext(), manifests))).toMatchObject([{ mode: 'check-then-send' }]);
  });

  it('takes nothing back, because the first message may be under way', () => {
    expect(prepareAnnouncement([aClaim({ eligible: false }), aClaim()], notLive, manifests)).toEqual([]);
  });

  it('announces nothing where only a lookup prevents a second order', () => {
    expect(prepareAnnouncement([aClaim()], aContext(), new Map([['acme-press', aManifest({ idempotency: 'lookup' })]]))).toEqual([]);
  });
});
