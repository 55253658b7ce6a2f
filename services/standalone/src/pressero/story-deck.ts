import { createRandom } from './random.ts';

/** How often each kind of story occurs among any 50 consecutive orders. Nine orders in ten become eligible. */
const deck = {
  'paid-and-approved': 19,
  'payment-last': 4,
  'approval-last': 4,
  'late-edoc': 3,
  'denial-completes': 2,
  'some-denied': 2,
  'duplicate-events': 2,
  'out-of-order': 2,
  'changed-after': 2,
  'unmapped-product': 2,
  'never-paid': 2,
  'cancelled-item-left-out': 1,
  'cancelled-item-blocks': 1,
  'unmapped-shipping': 1,
  'not-live': 1,
  'all-denied': 1,
  'never-approved': 1,
} as const;

export type StoryKind = keyof typeof deck;

export const storyKinds = Object.keys(deck) as StoryKind[];

const cards = storyKinds.flatMap((kind) => new Array<StoryKind>(deck[kind]).fill(kind));

/** The kind of the order at this place. Each run of 50 is a shuffled deck of its own, so that a small demo also sees the rare kinds. */
export function storyKindAt(seed: string, index: number): StoryKind {
  const round = Math.floor(index / cards.length);
  return createRandom(seed, 'deck', round).shuffle(cards)[index % cards.length] as StoryKind;
}
