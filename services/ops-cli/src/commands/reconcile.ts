import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { operationFailure } from '../failure.ts';
import { listAccounts } from '../find-account.ts';
import type { Push } from '../find-push.ts';
import { renderTable } from '../output/table.ts';
import { checkSums, type Check, type Sums } from '../reconcile/check-sums.ts';
import { compareLedger, type LedgerComparison, type SentPush } from '../reconcile/compare-ledger.ts';
import { readLedger, type LedgerOrder } from '../reconcile/read-ledger.ts';
import type { Session, Sessions } from '../session.ts';
import { collect } from '../time-argument.ts';

const tries = 4;
const pauseMs = 1_000;

/** While orders flow the two sides are told at different times; only what still differs after a few looks is a finding. */
async function settledChecks(session: Session): Promise<Check[]> {
  for (let attempt = 1; ; attempt += 1) {
    const checks = checkSums(await session.request<Sums>('sums.show', {}));
    if (attempt === tries || checks.every(({ status }) => status !== 'fail')) return checks;
    await delay(pauseMs);
  }
}

async function sentPushes(session: Session, query: { provider?: string; accountId?: string }): Promise<SentPush[]> {
  const sent: SentPush[] = [];
  for (let after: string | null | undefined; after !== null;) {
    const page: { pushes: Push[]; next: string | null } = await session.request('pushes.list', { ...query, states: ['sent'], limit: 500, ...(after !== undefined && { after }) });
    sent.push(...page.pushes);
    after = page.next;
  }
  return sent;
}

async function sentOfAccounts(session: Session, ledger: readonly LedgerOrder[], url: string): Promise<SentPush[]> {
  const known = new Set((await listAccounts(session)).map(({ accountId }) => accountId));
  const accounts = [...new Set(ledger.map(({ account }) => account))];
  const foreign = accounts.filter((account) => !known.has(account));
  if (accounts.length === 0 || foreign.length > 0) {
    const why = accounts.length === 0 ? 'is empty' : `names accounts that are not ours (${foreign.slice(0, 3).join(', ')})`;
    throw operationFailure(`the ledger ${url} ${why}: say whose it is with --ledger <provider>=${url}`);
  }
  const lists = await Promise.all(accounts.map((accountId) => sentPushes(session, { accountId })));
  return lists.flat();
}

/** "url" or "provider=url". */
async function compare(session: Session, argument: string): Promise<LedgerComparison & { url: string }> {
  const [, provider, url = argument] = /^([a-z0-9-]+)=(.+)$/.exec(argument) ?? [];
  // First what we say is sent: an order that arrives in between is then at most unmatched, never lost.
  const ours = provider === undefined ? undefined : await sentPushes(session, { provider });
  const first = await readLedger(url);
  if (ours !== undefined) return { url, ...compareLedger(ours, first) };
  const sent = await sentOfAccounts(session, first, url);
  return { url, ...compareLedger(sent, await readLedger(url)) };
}

function ledgerCheck({ url, sent, lost, duplicated, unmatched }: LedgerComparison & { url: string }): Check {
  const examples = (references: readonly string[]): string => (references.length === 0 ? '' : ` (${references.slice(0, 5).join(', ')}${references.length > 5 ? ', …' : ''})`);
  return {
    check: 'ledger', status: lost.length + duplicated.length === 0 ? 'ok' : 'fail',
    detail: `${url}: ${sent} sent, ${lost.length} lost${examples(lost)}, ${duplicated.length} duplicated${examples(duplicated)}, ${unmatched.length} unmatched`,
  };
}

export function addReconcileCommand(program: Command, sessions: Sessions): void {
  program.command('reconcile').description('do the sums agree: orders, pushes, dead letters, and what provider simulators hold')
    .option('--ledger <url>', 'a simulator, as <url> or <provider>=<url>; may be repeated', collect)
    .action(async ({ ledger = [] }: { ledger?: string[] }, command: Command) => {
      const session = sessions.of(command);
      const checks = await settledChecks(session);
      const ledgers = [];
      for (const argument of ledger) ledgers.push(await compare(session, argument));
      const all = [...checks, ...ledgers.map(ledgerCheck)];
      const agree = all.every(({ status }) => status !== 'fail');
      if (!agree) session.found();
      session.print({ agree, checks: all, ledgers }, () => renderTable<Check>([
        { title: 'CHECK', value: ({ check }) => check }, { title: '', value: ({ status }) => status }, { title: 'DETAIL', value: ({ detail }) => detail },
      ], all));
    });
}
