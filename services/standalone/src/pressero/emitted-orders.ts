import type { Story } from './generate-story.ts';
import type { Expectation } from './oracle.ts';
import type { StoryKind } from './story-deck.ts';

/** What is remembered of an emitted order: enough to show it and to judge what became of it. */
export interface EmittedOrder {
  kind: StoryKind;
  orderId: string;
  orderNumber: number;
  siteName: string;
  customer: string;
  placedAt: string;
  total: string;
  currency: string;
  itemCount: number;
  /** Newest version that is emitted before anything has settled: the one that decides. */
  decidingVersion: number;
  /** Newest version of all. */
  lastVersion: number;
  expected: Expectation;
}

export interface EmittedOrders {
  add(story: Story): void;
  all(): readonly EmittedOrder[];
}

/** In order of emission, each once, however often its events are repeated. */
export function createEmittedOrders(): EmittedOrders {
  const orders: EmittedOrder[] = [];
  const known = new Set<string>();
  return {
    add(story) {
      if (known.has(story.orderId)) return;
      known.add(story.orderId);
      orders.push(rememberedOf(story));
    },
    all: () => orders,
  };
}

function rememberedOf({ kind, orderId, orderNumber, steps, expected }: Story): EmittedOrder {
  const [first] = steps;
  if (first === undefined) throw new Error(`order ${orderNumber} has no events`);
  const { siteName, customer, placedAt, totals, currency, items } = first.order;
  const newestOf = (some: Story['steps']): number => Math.max(...some.map(({ order }) => order.version));
  return {
    kind, orderId, orderNumber, siteName, placedAt, currency, expected, total: totals.total, itemCount: items.length,
    customer: `${customer.firstName} ${customer.lastName}`,
    decidingVersion: newestOf(steps.filter(({ afterSettled }) => afterSettled !== true)), lastVersion: newestOf(steps),
  };
}
