import type { ConnectorManifest } from '@pes/contracts';
import type { World } from './world.ts';

/** What the connector sees of one call. `nothing` means that no answer comes at all. */
export type Answer =
  | { kind: 'created'; providerRef: string }
  | { kind: 'taken'; providerRef: string; isVisible: boolean }
  | { kind: 'found'; providerRef: string }
  | { kind: 'absent' }
  | { kind: 'refused' }
  | { kind: 'unauthorized' }
  | { kind: 'rate-limited'; afterMs: number }
  | { kind: 'server-error' }
  | { kind: 'connection-lost' }
  | { kind: 'not-sent' };

interface Entry {
  providerRef: string;
  storedAtMs: number;
  visibleAtMs: number;
}

/** Why an account or everybody gets no proper answer for a while. */
export type Trouble = 'not-sent' | 'nothing' | 'server-error' | 'rate-limited';

/**
 * A provider with a ledger. Whether an order came into being and whether the connector hears of it are two things: an answer can get
 * lost after the order was taken, an error can hide one, and a call whose connection broke, or whose caller died, still takes effect.
 * What is promised is only this: visibilityDelayMs after its call ended (or had to end), an order is visible to lookups or never comes.
 */
export interface Provider {
  manifest: ConnectorManifest;
  /** Orders of one reference that were stored until then: more than one is a duplicate. */
  entries(reference: string, untilMs?: number): number;
  references(): string[];
  push(order: { reference: string; accountId: string; isValid: boolean; givesUpAfterMs: number }, reply: (answer: Answer) => void): void;
  lookup(order: { reference: string; accountId: string }, reply: (answer: Answer) => void): void;
  setTrouble(trouble: Trouble | undefined): void;
  setCredentials(accountId: string, areRight: boolean): void;
}

interface Rates {
  notSent: number;
  errorBefore: number;
  errorAfter: number;
  lostBefore: number;
  lostAfter: number;
  silentBefore: number;
  silentAfter: number;
  late: number;
}

function createRates(world: World): Rates {
  const rate = (): number => (world.random.chance(0.5) ? world.random.next() * 0.25 : 0);
  return { notSent: rate(), errorBefore: rate(), errorAfter: rate(), lostBefore: rate(), lostAfter: rate(), silentBefore: rate(), silentAfter: rate(), late: rate() * 2 };
}

export function createProvider(world: World, manifest: ConnectorManifest): Provider {
  const { random, timeline } = world;
  const ledger = new Map<string, Entry[]>();
  const refusedCredentials = new Set<string>();
  const rates = createRates(world);
  let trouble: Trouble | undefined;
  let serial = 0;

  const happens = (rate: keyof Rates): boolean => world.faults.areOn() && random.chance(rates[rate]);

  function store(reference: string, endedAtMs: number): Answer {
    const known = ledger.get(reference) ?? [];
    const [first] = known;
    if (first !== undefined && manifest.idempotency === 'key') return { kind: 'created', providerRef: first.providerRef };
    if (first !== undefined && manifest.idempotency === 'natural-key') {
      return { kind: 'taken', providerRef: first.providerRef, isVisible: first.visibleAtMs <= timeline.nowMs() };
    }
    const entry: Entry = { providerRef: `${manifest.provider}-${serial += 1}`, storedAtMs: timeline.nowMs(), visibleAtMs: random.between(timeline.nowMs(), Math.max(timeline.nowMs(), endedAtMs + manifest.visibilityDelayMs)) };
    ledger.set(reference, [...known, entry]);
    world.trace(() => `${manifest.provider} stores ${reference} as ${entry.providerRef}${known.length > 0 ? ', which it has already' : ''}`);
    return { kind: 'created', providerRef: entry.providerRef };
  }

  /** Answers that come before the order is looked at; undefined: it goes on. `nothing`: silence. */
  function early(accountId: string): Answer | 'nothing' | undefined {
    if (trouble === 'not-sent' || happens('notSent')) return { kind: 'not-sent' };
    if (refusedCredentials.has(accountId)) return { kind: 'unauthorized' };
    if (trouble === 'rate-limited') return { kind: 'rate-limited', afterMs: random.between(1_000, 60_000) };
    if (trouble === 'server-error' || happens('errorBefore')) return { kind: 'server-error' };
    if (happens('lostBefore')) return { kind: 'connection-lost' };
    return trouble === 'nothing' || happens('silentBefore') ? 'nothing' : undefined;
  }

  function say(answer: Answer | 'nothing', delayMs: number, reply: (answer: Answer) => void): void {
    if (answer !== 'nothing') timeline.after(delayMs, () => reply(answer));
  }

  return {
    manifest,
    entries: (reference, untilMs = Infinity) => (ledger.get(reference) ?? []).filter((entry) => entry.storedAtMs <= untilMs).length,
    references: () => [...ledger.keys()],
    setTrouble: (next) => { trouble = next; },
    setCredentials(accountId, areRight) {
      if (areRight) refusedCredentials.delete(accountId);
      else refusedCredentials.add(accountId);
    },
    push({ reference, accountId, isValid, givesUpAfterMs }, reply) {
      const refusal = early(accountId);
      if (refusal !== undefined) return say(refusal, random.between(1, 200), reply);
      if (!isValid) return say({ kind: 'refused' }, random.between(1, 200), reply);
      if (happens('lostAfter')) {
        const lostAfterMs = random.between(1, Math.min(500, givesUpAfterMs));
        say({ kind: 'connection-lost' }, lostAfterMs, reply);
        const lostAtMs = timeline.nowMs() + lostAfterMs;
        timeline.after(lostAfterMs + random.between(0, manifest.visibilityDelayMs), () => store(reference, lostAtMs));
        return;
      }
      timeline.after(random.between(1, happens('late') ? givesUpAfterMs : Math.min(300, givesUpAfterMs)), () => {
        const answer = store(reference, timeline.nowMs());
        if (!happens('silentAfter')) say(happens('errorAfter') ? { kind: 'server-error' } : answer, random.between(1, 100), reply);
      });
    },
    lookup({ reference, accountId }, reply) {
      const refusal = early(accountId);
      if (refusal !== undefined) return say(refusal, random.between(1, 200), reply);
      timeline.after(random.between(1, 100), () => {
        const visible = ledger.get(reference)?.find((entry) => entry.visibleAtMs <= timeline.nowMs());
        say(visible === undefined ? { kind: 'absent' } : { kind: 'found', providerRef: visible.providerRef }, random.between(1, 100), reply);
      });
    },
  };
}
