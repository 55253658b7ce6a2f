import type { PushItem, PushOrder } from '@pes/connector-sdk';
import { split, sum, toCents } from './amounts.ts';

export interface GroupAmounts {
  taxCents: bigint;
  shippingCents: bigint;
  discountCents: bigint;
  totalCents: bigint;
}

type Line = Pick<PushItem['item'], 'price' | 'tax' | 'shipping' | 'itemId'>;

/**
 * Shares the totals of the order out to its shipments: each gets its own items' tax and shipping, whatever the totals hold beyond that
 * goes by weight, and the shares add up to the totals to the cent. An order keeps the money of its denied items until somebody corrects
 * it by hand, so where the subtotal covers items that are not sent, their share stays behind.
 */
export function splitAmounts(push: PushOrder, groups: ReadonlyArray<readonly PushItem[]>): GroupAmounts[] {
  const { totals } = push.order;
  const shares: Line[][] = groups.map((items) => items.map(({ item }) => item));
  if (priceOf(shares.flat()) !== toCents(totals.subtotal)) shares.push(itemsNotSent(push));

  const prices = shares.map(priceOf);
  const byOwn = (total: string, own: (line: Line) => string | undefined): bigint[] => {
    const weights = shares.map((lines) => sum(lines.map((line) => toCents(own(line) ?? '0'))));
    return split(toCents(total), weights.every((weight) => weight === 0n) ? prices : weights);
  };
  const tax = byOwn(totals.tax, (line) => line.tax);
  const shipping = byOwn(totals.shipping, (line) => line.shipping);
  const discount = split(absolute(toCents(totals.discount)), prices);
  const parts = prices.map((price, index) => price + at(tax, index) + at(shipping, index) - at(discount, index));
  const total = split(toCents(totals.total), parts);
  return groups.map((_, index) => ({
    taxCents: at(tax, index), shippingCents: at(shipping, index), discountCents: at(discount, index), totalCents: at(total, index),
  }));
}

function itemsNotSent(push: PushOrder): Line[] {
  const sent = new Set(push.items.map(({ item }) => item.itemId));
  return push.order.items.filter(({ itemId }) => !sent.has(itemId));
}

function priceOf(lines: readonly Line[]): bigint {
  return sum(lines.map(({ price }) => toCents(price)));
}

function absolute(cents: bigint): bigint {
  return cents < 0n ? -cents : cents;
}

function at(values: readonly bigint[], index: number): bigint {
  return values[index] ?? 0n;
}
