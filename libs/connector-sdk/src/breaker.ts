import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import { createLruMap } from './lru-map.ts';
import type { Health } from './provider-health.ts';

export interface BreakerSettings {
  /** Calls within the window before their failures can open the breaker. */
  minCalls: number;
  /** Opens when more than this share of the calls failed. */
  failurePercent: number;
  windowMs: number;
  /** How long it stays open before one call is let through. */
  openMs: number;
  /** A probe without an answer after this counts as failed, though its own result is still waited for. */
  probeMs: number;
}

export type BreakerState = 'closed' | 'open' | 'half_open';

export type Guarded<T> = { kind: 'called'; value: T } | { kind: 'refused'; afterMs: number };

/**
 * One breaker for each account: the addresses and keys of two accounts of a provider may fail independently.
 *
 *   closed ──more than failurePercent of at least minCalls failed──▶ open ──openMs──▶ half-open
 *   half-open ──probe answered──▶ closed      half-open ──probe failed, or silent for probeMs──▶ open
 *   half-open ──probe that asked nobody (the order was refused before any request)──▶ half-open
 *
 * Kept in this process only; what it refuses says how long to wait, and push-dispatch pauses the account's lane for all processes.
 */
export interface Breakers {
  /** Makes the call, or refuses it without having called anything. Rejects only when the call does. */
  run<T>(accountId: string, call: () => Promise<T>, healthOf: (value: T) => Health): Promise<Guarded<T>>;
  /** How many accounts are in each state. */
  states(): Record<BreakerState, number>;
  stop(): void;
}

export interface BreakersOptions {
  settings: BreakerSettings;
  onOpened?(accountId: string): void;
  onClosed?(accountId: string): void;
  maxAccounts?: number;
}

interface Entry {
  breaker: CircuitBreaker<[() => Promise<void>], void>;
  openedAtMs: number;
}

const buckets = 6;
// While a probe is under way; it may be over any moment.
const probeWaitMs = 5_000;

class ProviderUnwell extends Error {}

/** Every default of opossum that does harm here is overridden; the comments say what it would do. */
function optionsOf(settings: BreakerSettings, rotateBucketController: EventEmitter): CircuitBreaker.Options<[() => Promise<void>]> {
  return {
    // 0 would open at the first failure.
    volumeThreshold: settings.minCalls,
    errorThresholdPercentage: settings.failurePercent,
    resetTimeout: settings.openMs,
    rollingCountTimeout: settings.windowMs,
    rollingCountBuckets: buckets,
    // Would report a call as failed that goes on. Calls have time limits of their own. No abortController either: it would end the calls of others.
    timeout: false,
    // A smaller number would count a busy account as a failing one. The account limiter outside bounds the calls.
    capacity: Number.MAX_SAFE_INTEGER,
    // A filtered error would count as a success and close a half-open breaker. Business answers are values here, never errors.
    errorFilter: () => false,
    // Eight times the cost of a failing call, for numbers that nobody reads.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    // Two timers for each breaker otherwise.
    rotateBucketController,
  };
}

// A breaker may begin half-open (opossum, "Populate initial state"); its types leave that out.
const halfOpen: object = { state: { enabled: true, closed: false, halfOpen: true, warmUp: false, shutdown: false } };

function stateOf({ breaker }: Entry): BreakerState {
  if (breaker.opened) return 'open';
  return breaker.halfOpen ? 'half_open' : 'closed';
}

/** The health that a probe shows, or unwell when it takes too long. */
async function within(health: Promise<Health>, limitMs: number): Promise<Health> {
  const overdue = Promise.withResolvers<Health>();
  const timer = setTimeout(() => overdue.resolve('unwell'), limitMs);
  try {
    return await Promise.race([health, overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function createBreakers({ settings, onOpened, onClosed, maxAccounts = 10_000 }: BreakersOptions): Breakers {
  const clock = new EventEmitter().setMaxListeners(0);
  const rotation = setInterval(() => clock.emit('rotate'), settings.windowMs / buckets);
  rotation.unref();
  const entries = createLruMap<string, Entry>(maxAccounts, ({ breaker }) => { breaker.shutdown(); });

  function createBreaker(accountId: string, entry: () => Entry, begin: object = {}): Entry['breaker'] {
    const breaker = new CircuitBreaker((task: () => Promise<void>) => task(), { ...optionsOf(settings, clock), ...begin });
    breaker.on('open', () => {
      entry().openedAtMs = performance.now();
      onOpened?.(accountId);
    });
    breaker.on('close', () => onClosed?.(accountId));
    return breaker;
  }

  function entryOf(accountId: string): Entry {
    const known = entries.get(accountId);
    if (known !== undefined) return known;
    const entry: Entry = { breaker: createBreaker(accountId, () => entry), openedAtMs: 0 };
    entries.set(accountId, entry);
    return entry;
  }

  /** opossum knows only success and failure, and either would move it. A fresh one lets the next call be the probe. */
  function probeAgain(accountId: string, entry: Entry): void {
    entry.breaker.shutdown();
    entry.breaker = createBreaker(accountId, () => entry, halfOpen);
  }

  function waitMs(entry: Entry): number {
    const leftMs = entry.breaker.opened ? entry.openedAtMs + settings.openMs - performance.now() : Math.min(probeWaitMs, settings.openMs);
    return Math.max(1, Math.ceil(leftMs));
  }

  return {
    async run<T>(accountId: string, call: () => Promise<T>, healthOf: (value: T) => Health): Promise<Guarded<T>> {
      const entry = entryOf(accountId);
      const { breaker } = entry;
      let result: Promise<T> | undefined;
      async function task(): Promise<void> {
        const probing = breaker.halfOpen;
        result = call();
        const shown = result.then(healthOf);
        const health = probing ? await within(shown, settings.probeMs) : await shown;
        if (health === 'unwell') throw new ProviderUnwell();
        if (health === 'silent' && probing) probeAgain(accountId, entry);
      }
      await breaker.fire(task).catch(() => undefined);
      return result === undefined ? { kind: 'refused', afterMs: waitMs(entry) } : { kind: 'called', value: await result };
    },
    states() {
      const counts: Record<BreakerState, number> = { closed: 0, open: 0, half_open: 0 };
      for (const entry of entries.values()) counts[stateOf(entry)] += 1;
      return counts;
    },
    stop() {
      clearInterval(rotation);
      for (const { breaker } of entries.values()) breaker.shutdown();
    },
  };
}
