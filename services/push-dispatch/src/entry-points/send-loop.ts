import { sleep } from '@pes/kernel';
import { claimPushes } from '../data-access/claim-pushes.sql.ts';
import type { ClaimedPush } from '../domain/claimed-push.ts';
import type { Dispatch } from '../dispatch.ts';
import { sendWork } from './send-work.ts';

/**
 * Serves the accounts that may have work, in turn: a few accounts a claim, one message an account, then to the end of the line.
 * The list is a hint kept in memory; PostgreSQL decides what is due, and the sweep adds what the list misses.
 */
export interface SendLoop {
  wake(accountIds: Iterable<string>): void;
  stop(): Promise<void>;
}

const idleMs = 1_000;
const errorPauseMs = 500;

export function startSendLoop(dispatch: Dispatch): SendLoop {
  const { config, log } = dispatch;
  const stopping = new AbortController();
  /** Accounts in line. A Set keeps the order in which they came and holds each once. */
  const line = new Set<string>();
  let signal = Promise.withResolvers<void>();

  function wake(accountIds: Iterable<string>): void {
    for (const accountId of accountIds) line.add(accountId);
    if (line.size > 0) signal.resolve();
  }

  function next(): string[] {
    const accounts = [...line].slice(0, config.CLAIM_LANES);
    for (const accountId of accounts) line.delete(accountId);
    return accounts;
  }

  function count(claimed: readonly ClaimedPush[]): void {
    for (const push of claimed) dispatch.metrics.claimed.inc({ provider: push.provider });
  }

  async function serve(accounts: string[]): Promise<void> {
    const claimed = await claimPushes(dispatch.db, accounts, config.CLAIM_PER_LANE, config.LEASE_MS);
    if (claimed.length === 0) return;
    // Whoever had something due may have more; whoever had nothing comes back by an outcome, a new order or the sweep.
    wake(claimed.map((push) => push.account_id));
    count(claimed);
    await sendWork(dispatch, claimed);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const accounts = next();
      if (accounts.length === 0) {
        signal = line.size > 0 ? signal : Promise.withResolvers<void>();
        await Promise.race([signal.promise, sleep(idleMs, stopping.signal)]);
        continue;
      }
      try {
        await serve(accounts);
      } catch (error) {
        log.warn({ err: error, accounts: accounts.length }, 'claimed pushes could not be handed on, trying again');
        wake(accounts);
        await sleep(errorPauseMs, stopping.signal);
      }
    }
  }

  const loops = Array.from({ length: config.CLAIM_LOOPS }, run);
  return {
    wake,
    async stop() {
      stopping.abort();
      signal.resolve();
      await Promise.all(loops);
    },
  };
}
