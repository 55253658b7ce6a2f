import type { DuplicateRisk, LetterKind } from './dead-letter.ts';

/** How many dead letters share all of these. */
export interface LetterGroup {
  kind: LetterKind;
  provider: string | null;
  accountId: string | null;
  code: string;
  duplicateRisk: DuplicateRisk | null;
  count: number;
}

export interface DryRun {
  total: number;
  willReplay: number;
  /** Pushes whose provider cannot be asked whether it has the order. */
  skippedForRisk: number;
  byKind: Record<LetterKind, number>;
  byProvider: Array<{ provider: string | null; count: number }>;
  byAccount: Array<{ accountId: string | null; provider: string | null; count: number }>;
  byCode: Array<{ code: string; count: number }>;
  /** Of the pushes: what the provider does when it gets an order again. */
  duplicateRisk: Record<DuplicateRisk, number>;
}

function sumBy<T extends object>(groups: readonly LetterGroup[], part: (group: LetterGroup) => T): Array<T & { count: number }> {
  const sums = new Map<string, T & { count: number }>();
  for (const group of groups) {
    const key = JSON.stringify(part(group));
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...part(group), count: group.count });
    else sum.count += group.count;
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}

const total = (groups: readonly LetterGroup[]): number => groups.reduce((sum, { count }) => sum + count, 0);

/** What a replay would do. */
export function summarise(groups: readonly LetterGroup[], includeUnknownRisk: boolean): DryRun {
  const withRisk = (risk: DuplicateRisk): number => total(groups.filter(({ duplicateRisk }) => duplicateRisk === risk));
  const skippedForRisk = includeUnknownRisk ? 0 : withRisk('unknown');
  return {
    total: total(groups), willReplay: total(groups) - skippedForRisk, skippedForRisk,
    byKind: { push: total(groups.filter(({ kind }) => kind === 'push')), message: total(groups.filter(({ kind }) => kind === 'message')) },
    byProvider: sumBy(groups, ({ provider }) => ({ provider })),
    byAccount: sumBy(groups, ({ accountId, provider }) => ({ accountId, provider })),
    byCode: sumBy(groups, ({ code }) => ({ code })),
    duplicateRisk: { none: withRisk('none'), 'looked-up': withRisk('looked-up'), unknown: withRisk('unknown') },
  };
}
