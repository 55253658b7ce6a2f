import { edocProduct, unmappedProduct } from '../seed/products.ts';
import { shippingMethods } from '../seed/shipping-methods.ts';
import { sites, type Site } from '../seed/sites.ts';
import { generateOrder, type OrderWishes } from './generate-order.ts';
import { expectationOf, type Expectation } from './oracle.ts';
import { createRandom, type Random } from './random.ts';
import { storyKindAt, type StoryKind } from './story-deck.ts';
import { stepsOf, type StoryStep } from './story-steps.ts';

/** An order over time, and what must come of it. */
export interface Story {
  kind: StoryKind;
  orderId: string;
  orderNumber: number;
  siteId: string;
  steps: StoryStep[];
  expected: Expectation;
}

export interface StoryPlace {
  seed: string;
  /** Counts the orders of one data folder from 0. */
  index: number;
  /** Number of the order with index 0. */
  firstOrderNumber: number;
  /** Orders are placed in the hour before. */
  nowMs: number;
}

/** The same place gives the same story, to the last byte. */
export function generateStory({ seed, index, firstOrderNumber, nowMs }: StoryPlace): Story {
  const kind = storyKindAt(seed, index);
  const random = createRandom(seed, 'order', index);
  const orderNumber = firstOrderNumber + index;
  const placedAtMs = nowMs - random.integer(10, 60) * 60_000;
  const order = generateOrder({ seed, orderNumber, placedAtMs, minItems: 1, ...wishesOf(kind, random) }, random);
  const steps = stepsOf(kind, order);
  return { kind, orderId: order.orderId, orderNumber, siteId: order.siteId, steps, expected: expectationOf(decidingVersion(steps)) };
}

type StoryWishes = Pick<OrderWishes, 'site'> & Partial<OrderWishes>;

function wishesOf(kind: StoryKind, random: Random): StoryWishes {
  const withApproval = random.pick([sites.dental, sites.dental, sites.books]);
  switch (kind) {
    case 'approval-last':
    case 'all-denied':
    case 'never-approved':
      return { site: withApproval };
    case 'denial-completes':
    case 'some-denied':
      return { site: withApproval, minItems: 2 };
    case 'late-edoc':
      return { site: withApproval, products: [edocProduct] };
    case 'cancelled-item-left-out':
      return { site: sites.books, minItems: 2 };
    case 'cancelled-item-blocks':
      return { site: sites.dental, minItems: 2 };
    case 'unmapped-product':
      return { site: withApproval, products: [unmappedProduct] };
    case 'unmapped-shipping':
      return { site: random.pick([sites.dental, sites.cards]), shippingMethod: shippingMethods.courier };
    case 'not-live':
      return { site: sites.soon };
    default:
      return { site: anySite(random) };
  }
}

function anySite(random: Random): Site {
  const { dental, cards, books } = sites;
  return random.pick([dental, dental, dental, dental, cards, cards, cards, books, books, books]);
}

/** Later versions cannot change what was sent; among the others the newest counts, in whatever order they arrive. */
function decidingVersion(steps: readonly StoryStep[]): StoryStep['order'] {
  const before = steps.filter(({ afterSettled }) => afterSettled !== true).map(({ order }) => order);
  return before.reduce((newest, order) => (order.version > newest.version ? order : newest));
}
