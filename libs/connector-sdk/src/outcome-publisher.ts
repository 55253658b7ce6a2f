import { createHash } from 'node:crypto';
import { eventTypes, subjects, type RateReport } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { publish, type Bus, type OutMessage } from '@pes/messaging';
import type { SettledOrder } from './attempt-memory.ts';

/** Sends the results of one work message on, in as few messages as do not make a finished order wait for a slow one. */
export interface OutcomePublisher {
  add(settled: SettledOrder): void;
  /** Resolves when the broker has everything that was added; rejects when `giveUp` fired before. */
  finish(): Promise<void>;
}

export interface OutcomePublisherOptions {
  bus: Bus;
  provider: string;
  accountId: string;
  /** Ends the retries; the work message is then not acknowledged and comes back. */
  giveUp: AbortSignal;
  /** What is new about the provider's rate; goes with the next message. */
  takeRate?: () => RateReport | undefined;
  /** How long a finished order waits for others to share its message. */
  maxWaitMs?: number;
}

const maxResults = 50;
// The broker takes 1 MB unless configured otherwise; headers and the envelope need little.
const maxMessageBytes = 900_000;
const envelopeBytes = 16_384;
const retryDelayMs = 500;

/** Full by count or by size, whichever comes first. */
function groups(settled: readonly SettledOrder[], maxBytes: number): SettledOrder[][] {
  const found: SettledOrder[][] = [];
  let current: SettledOrder[] = [];
  let bytes = 0;
  for (const order of settled) {
    const size = Buffer.byteLength(order.text) + 1;
    if (current.length === maxResults || (current.length > 0 && bytes + size > maxBytes)) {
      found.push(current);
      current = [];
      bytes = 0;
    }
    current.push(order);
    bytes += size;
  }
  return current.length === 0 ? found : [...found, current];
}

/** The same results make the same id, so that publishing them once more changes nothing; another outcome of the same push makes another. */
function messageId(settled: readonly SettledOrder[]): string {
  const facts = settled.map(({ pushId, fence, kind }) => `${pushId}:${fence}:${kind}`).sort().join();
  return `outcome:${createHash('sha1').update(facts).digest('base64url')}`;
}

export function createOutcomePublisher({ bus, provider, accountId, giveUp, takeRate, maxWaitMs = 25 }: OutcomePublisherOptions): OutcomePublisher {
  let waiting: SettledOrder[] = [];
  let timer: NodeJS.Timeout | undefined;
  const publishing: Array<Promise<boolean>> = [];
  const maxBytes = Math.min(maxMessageBytes, (bus.nc.info?.max_payload ?? Infinity) - envelopeBytes);

  function toMessage(settled: SettledOrder[]): OutMessage {
    const rate = takeRate?.();
    const said = rate === undefined ? '' : `,"rate":${JSON.stringify(rate)}`;
    const data = `{"provider":${JSON.stringify(provider)},"accountId":${JSON.stringify(accountId)},"results":[${settled.map(({ text }) => text).join()}]${said}}`;
    return { subject: subjects.outcomePush(provider, accountId), type: eventTypes.outcomePush, id: messageId(settled), source: `connector-${provider}`, data };
  }

  /** The outcome exists only here until the broker has it, so this goes on for as long as the process may. */
  async function publishUntilTaken(message: OutMessage): Promise<boolean> {
    while (!giveUp.aborted) {
      try {
        await publish(bus, message);
        return true;
      } catch (error) {
        bus.log.warn({ subject: message.subject, reason: String(error) }, 'outcomes cannot be published, trying again');
        await sleep(retryDelayMs, giveUp);
      }
    }
    return false;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const group of groups(waiting, maxBytes)) publishing.push(publishUntilTaken(toMessage(group)));
    waiting = [];
  }

  return {
    add(settled) {
      waiting.push(settled);
      timer ??= setTimeout(flush, maxWaitMs);
    },
    async finish() {
      flush();
      if ((await Promise.all(publishing)).includes(false)) throw new Error('stopped before the outcomes could be published');
    },
  };
}
