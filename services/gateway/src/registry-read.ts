import { consumers } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { hasUnpublishedRegistry } from './data-access/sync-runs.sql.ts';
import type { Gateway } from './gateway.ts';

const pollMs = 50;

/**
 * Waits until push-dispatch has read what this subscriber changed of its accounts and sites, at most for a time: orders that are handed
 * out before go to the accounts that were live earlier. Answers whether it has; no when it never ran, without waiting.
 */
export async function registryIsRead({ db, bus }: Gateway, subscriberId: string, patienceMs: number): Promise<boolean> {
  const { stream, durable } = consumers.dispatchRegistry;
  for (const deadlineMs = Date.now() + patienceMs; Date.now() < deadlineMs; await sleep(pollMs)) {
    if (await hasUnpublishedRegistry(db, subscriberId)) continue;
    const info = await bus.jsm.consumers.info(stream, durable).catch(() => undefined);
    if (info === undefined) return false;
    if (info.num_pending === 0 && info.num_ack_pending === 0) return true;
  }
  return false;
}
