import type { LedgerOrder } from './read-ledger.ts';

/** A push that is sent, as far as a ledger can know it. */
export interface SentPush {
  accountId: string;
  provider: string;
  reference: string;
}

export interface LedgerComparison {
  sent: number;
  atProvider: number;
  /** References of sent pushes that the provider does not have. */
  lost: string[];
  /** References that it made more often than once. */
  duplicated: string[];
  /** Orders at the provider that no sent push stands for: on their way, replaced by a new order, or foreign. */
  unmatched: string[];
}

/** An order that went out in several parts has "-1", "-2" behind its reference. */
function pushReference(reference: string, sent: ReadonlySet<string>): string | undefined {
  return [reference, reference.replace(/-\d+$/, '')].find((candidate) => sent.has(candidate));
}

/** Compares by reference; both lists are of the same accounts. */
export function compareLedger(sent: readonly SentPush[], ledger: readonly LedgerOrder[]): LedgerComparison {
  const references = new Set(sent.map(({ reference }) => reference));
  const made = ledger.filter(({ creations }) => creations > 0);
  const found = new Set<string>();
  const unmatched: string[] = [];
  for (const { reference } of made) {
    const push = pushReference(reference, references);
    if (push === undefined) unmatched.push(reference);
    else found.add(push);
  }
  return {
    sent: references.size, atProvider: made.length, lost: [...references].filter((reference) => !found.has(reference)),
    duplicated: made.filter(({ creations }) => creations > 1).map(({ reference }) => reference), unmatched,
  };
}
