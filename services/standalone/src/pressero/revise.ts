import { isoTime } from '@pes/kernel';
import type { OrderFile, OrderItem, OrderSnapshot } from '@pes/contracts';

const minutesApart = 0.5;

/** The next version of an order. */
export function revise(order: OrderSnapshot, change: Partial<OrderSnapshot>): OrderSnapshot {
  const version = order.version + 1;
  return { ...order, ...change, version, updatedAt: isoTime(Date.parse(order.placedAt) + version * minutesApart * 60_000) };
}

/** The same version with these items changed. */
export function withItems(order: OrderSnapshot, change: (item: OrderItem) => OrderItem): OrderSnapshot {
  return { ...order, items: order.items.map(change) };
}

/** The next version, in which one item is different. */
export function reviseItem(order: OrderSnapshot, itemNumber: number, change: Partial<OrderItem>): OrderSnapshot {
  return revise(withItems(order, (item) => (item.itemNumber === itemNumber ? { ...item, ...change } : item)), {});
}

export function unpaid(order: OrderSnapshot): OrderSnapshot {
  const { paidAt: _, ...rest } = order;
  return { ...rest, isPaid: false };
}

export function pay(order: OrderSnapshot): OrderSnapshot {
  return revise(order, { isPaid: true, paidAt: isoTime(Date.parse(order.placedAt) + order.version * minutesApart * 60_000) });
}

export function allPending(order: OrderSnapshot): OrderSnapshot {
  return withItems(order, (item) => ({ ...item, approval: 'pending' }));
}

/** As before the production files were generated. */
export function withoutEdocs(order: OrderSnapshot): OrderSnapshot {
  const before = (file: OrderFile): OrderFile => {
    if (file.role !== 'edoc') return file;
    const { url: _, ...rest } = file;
    return { ...rest, state: 'pending' };
  };
  return withItems(order, (item) => ({ ...item, files: item.files.map(before) }));
}
