import { sleep, systemClock } from '@pes/kernel';
import { tryLead } from '../data-access/try-lead.sql.ts';
import { confirmDecisions, type ConfirmOptions, type ConfirmParts } from './confirm-decisions.ts';
import { keepPartitions, type PartitionParts } from './keep-partitions.ts';
import { redecideOrders } from './redecide-orders.ts';

export interface UpkeepOptions extends Omit<ConfirmOptions, 'signal'> {
  intervalMs: number;
  retentionDays: number;
}

export interface Upkeep {
  /** Ends after the page that is under way. */
  stop(): Promise<void>;
}

const partitionIntervalMs = 3_600_000;

/** Work off the hot path, in rounds, on one replica at a time. A round that fails is logged and the next one goes on. */
export function startUpkeep(parts: ConfirmParts & PartitionParts, options: UpkeepOptions): Upkeep {
  const stopping = new AbortController();
  let partitionsKeptAtMs = 0;

  async function step(name: string, work: () => Promise<void>): Promise<void> {
    if (stopping.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      parts.log.warn({ step: name, reason: error instanceof Error ? error.message : String(error) }, 'upkeep failed, trying again');
    }
  }

  async function round(): Promise<void> {
    await step('re-decision', () => redecideOrders(parts));
    await step('confirmation', () => confirmDecisions(parts, { ...options, signal: stopping.signal }));
    if (systemClock.now() - partitionsKeptAtMs < partitionIntervalMs) return;
    await step('partitions', async () => {
      await keepPartitions(parts, options.retentionDays);
      partitionsKeptAtMs = systemClock.now();
    });
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await step('taking the lead', async () => { await tryLead(parts.pool, round); });
      await sleep(options.intervalMs, stopping.signal);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
