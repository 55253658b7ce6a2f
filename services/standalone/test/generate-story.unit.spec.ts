import { describe, expect, it } from '@jest/globals';
import { validator } from '@pes/contracts';
import { generateStory, type Story } from '../src/pressero/generate-story.ts';
import { storyKinds } from '../src/pressero/story-deck.ts';

const nowMs = Date.parse('2026-03-02T09:00:00Z');
const storyAt = (index: number, seed = 'spec'): Story => generateStory({ seed, index, firstOrderNumber: 10_001, nowMs });
const stories = Array.from({ length: 300 }, (_, index) => storyAt(index));
const snapshots = stories.flatMap(({ steps }) => steps.map(({ order }) => order));
const cents = (amount: string): number => Math.round(Number(amount) * 100);

describe('the order generator', () => {
  it('makes the same story again from the same place', () => {
    expect(storyAt(17)).toEqual(storyAt(17));
    expect(storyAt(17)).not.toEqual(storyAt(18));
    expect(storyAt(17).orderId).not.toBe(storyAt(17, 'other').orderId);
  });

  it('tells every kind of story within any fifty orders in a row', () => {
    for (const start of [0, 50, 150]) {
      const kinds = new Set(stories.slice(start, start + 50).map(({ kind }) => kind));
      expect(storyKinds.filter((kind) => !kinds.has(kind))).toEqual([]);
    }
  });

  it('makes nine orders in ten eligible', () => {
    expect(stories.filter(({ expected }) => expected.eligible)).toHaveLength(270);
  });

  it('makes snapshots that fit the schema', () => {
    const check = validator('pressero-order-event');
    for (const order of snapshots) expect(check({ order })).toEqual({ ok: true, value: { order } });
  });

  it('makes amounts that add up to the cent', () => {
    for (const { items, totals } of snapshots) {
      const sum = (amountOf: (item: (typeof items)[number]) => string | undefined): number => items.reduce((total, item) => total + cents(amountOf(item) ?? '0'), 0);
      expect(cents(totals.subtotal)).toBe(sum(({ price }) => price));
      expect(cents(totals.shipping)).toBe(sum(({ shipping }) => shipping));
      expect(cents(totals.tax)).toBe(sum(({ tax }) => tax));
      expect(cents(totals.total)).toBe(cents(totals.subtotal) + cents(totals.shipping) + cents(totals.tax) - cents(totals.discount));
    }
  });

  it('gives every order a number and an id of its own', () => {
    expect(new Set(stories.map(({ orderId }) => orderId)).size).toBe(stories.length);
    expect(stories.map(({ orderNumber }) => orderNumber)).toEqual(stories.map((_, index) => 10_001 + index));
  });

  it('covers what makes orders awkward', () => {
    const items = snapshots.flatMap((order) => order.items);
    expect(new Set(snapshots.map((order) => order.items.length))).toEqual(new Set([1, 2, 3, 4]));
    expect(new Set(items.map(({ shippingMethod }) => shippingMethod.kind))).toEqual(new Set(['integrated', 'non-integrated', 'pickup']));
    expect(snapshots.some((order) => new Set(order.items.map(({ shipTo }) => shipTo.street1)).size > 1)).toBe(true);
    expect(snapshots.some(({ totals }) => cents(totals.discount) > 0)).toBe(true);
    expect(snapshots.some(({ customer }) => /\p{Script=Hiragana}/u.test(customer.firstName))).toBe(true);
    expect(items.some(({ totalQuantity, quantity }) => totalQuantity !== undefined && totalQuantity > quantity)).toBe(true);
    expect(items.some(({ kitItems }) => kitItems?.some(({ quantity }) => quantity === 0))).toBe(true);
    expect(new Set(snapshots.map(({ siteType }) => siteType))).toEqual(new Set(['b2b', 'b2c']));
  });
});

describe('the steps of a story', () => {
  const ofKind = (kind: Story['kind']): Story[] => stories.filter((story) => story.kind === kind);

  it('repeat whole events in duplicate-events', () => {
    for (const { steps } of ofKind('duplicate-events')) expect(steps.map(({ order }) => order.version)).toEqual([1, 1, 2, 2, 1]);
  });

  it('bring the newest version first in out-of-order', () => {
    for (const { steps } of ofKind('out-of-order')) expect(steps.map(({ order }) => order.version)).toEqual([3, 1, 2]);
  });

  it('end with a denial in denial-completes, with the rest approved', () => {
    for (const { steps } of ofKind('denial-completes')) {
      expect(steps.at(-1)!.event).toBe('item-denied');
      expect(steps.at(-2)!.order.items.filter(({ approval }) => approval === 'pending')).toHaveLength(1);
      expect(steps.at(-1)!.order.items.some(({ approval }) => approval === 'pending')).toBe(false);
    }
  });

  it('change the order only after everything has settled in changed-after', () => {
    for (const { steps } of ofKind('changed-after')) expect(steps.map(({ afterSettled }) => afterSettled)).toEqual([undefined, true]);
  });

  it('leave a file without address at first in late-edoc', () => {
    for (const { steps } of ofKind('late-edoc')) {
      const edocs = steps.map(({ order }) => order.items.flatMap(({ files }) => files.filter(({ role }) => role === 'edoc')));
      expect(edocs[0]!.every(({ state, url }) => state === 'pending' && url === undefined)).toBe(true);
      expect(edocs[1]!.every(({ state, url }) => state === 'ready' && url !== undefined)).toBe(true);
    }
  });
});
