import { describe, expect, it } from '@jest/globals';
import type { BrokerFacts } from '../src/doctor/broker-facts.ts';
import { brokerFindings } from '../src/doctor/broker-findings.ts';
import { checkSums, type Sums } from '../src/reconcile/check-sums.ts';
import { compareLedger } from '../src/reconcile/compare-ledger.ts';

const healthy: BrokerFacts = {
  serverVersion: '2.12.3', roundTripMs: 1, clockAheadMs: 3,
  streams: [{ name: 'WORK', state: { messages: 5, bytes: 1_000_000, maxBytes: 10_000_000 } }],
  consumers: [{ stream: 'WORK', durable: 'connector-acme-press-push', state: { undelivered: 3, unacknowledged: 0, readers: 1 } }],
  connectors: [{ provider: 'acme-press', version: '1.2.0', announcedAt: '2026-05-04T00:00:00.000Z' }],
};
const [stream, consumer] = [healthy.streams[0]!, healthy.consumers[0]!];
const wrongs = (changes: Partial<BrokerFacts>): string[] =>
  brokerFindings({ ...healthy, ...changes }).filter(({ status }) => status !== 'ok').map(({ check, status, detail }) => `${status} ${check}: ${detail}`);

describe('findings of the doctor', () => {
  it('are all ok when everything is there and awake', () => {
    expect(wrongs({})).toEqual([]);
  });

  it.each<[string, Partial<BrokerFacts>, RegExp]>([
    ['an old server', { serverVersion: '2.8.4' }, /^fail NATS: .*older than 2\.9/],
    ['a server that works but should be newer', { serverVersion: '2.10.27' }, /^warn NATS: .*2\.12 or newer/],
    ['a missing stream', { streams: [{ name: 'DEAD' }] }, /^fail stream DEAD: is missing/],
    ['a stream that fills up', { streams: [{ ...stream, state: { messages: 1, bytes: 81, maxBytes: 100 } }] }, /^warn stream WORK: .*81% full.*STREAM_STORAGE_MB/],
    ['a full stream', { streams: [{ ...stream, state: { messages: 1, bytes: 99, maxBytes: 100 } }] }, /^fail stream WORK/],
    ['a missing consumer', { consumers: [{ stream: 'ORDERS', durable: 'dispatch-decisions' }] }, /^fail consumer dispatch-decisions: is missing; push-dispatch makes it/],
    ['a consumer that nobody reads', { consumers: [{ ...consumer, state: { undelivered: 4, unacknowledged: 0, readers: 0 } }] }, /^fail consumer .*start the connector of acme-press/],
    ['an idle consumer that nobody reads', { consumers: [{ ...consumer, state: { undelivered: 0, unacknowledged: 0, readers: 0 } }] }, /^warn consumer .*is the connector of acme-press running/],
    ['lag', { consumers: [{ ...consumer, state: { undelivered: 1_000, unacknowledged: 5, readers: 2 } }] }, /^warn consumer .*lag 1000.*behind/],
    ['no connector', { connectors: [] }, /^warn connectors: none/],
    ['a clock that is off', { clockAheadMs: -700 }, /^warn clock: this machine is 700 ms behind/],
    ['a clock that is far off', { clockAheadMs: 9_000 }, /^fail clock: this machine is 9000 ms ahead/],
    ['a clock that cannot be compared', { clockAheadMs: null }, /^warn clock: could not be compared/],
  ])('name %s', (_what, changes, expected) => {
    expect(wrongs(changes)).toEqual([expect.stringMatching(expected)]);
  });
});

const sums: Sums = {
  dispatch: { orders: 10, eligible: 8, untargeted: 1, pushes: 9, byState: { sent: 7, dead: 2 } },
  openDeadLetters: { push: 2, message: 0 },
};
const failing = (changed: Sums): string[] => checkSums(changed).filter(({ status }) => status === 'fail').map(({ check }) => check);

describe('sums', () => {
  it('agree', () => {
    expect(failing(sums)).toEqual([]);
  });
  it.each<[string, Sums]>([
    ['orders', { ...sums, dispatch: { ...sums.dispatch, orders: 7 } }],
    ['targets', { ...sums, dispatch: { ...sums.dispatch, untargeted: 0, pushes: 7, byState: { sent: 5, dead: 2 } } }],
    ['states', { ...sums, dispatch: { ...sums.dispatch, pushes: 10 } }],
    ['dead letters', { ...sums, openDeadLetters: { push: 3, message: 0 } }],
  ])('disagree about %s', (check, changed) => {
    expect(failing(changed)).toEqual([check]);
  });
  it('point at unreadable messages without failing', () => {
    expect(checkSums({ ...sums, openDeadLetters: { push: 2, message: 4 } }).at(-1)).toMatchObject({ status: 'warn', detail: expect.stringContaining('4 unreadable') });
  });
});

describe('a ledger', () => {
  const push = (reference: string): { accountId: string; provider: string; reference: string } => ({ accountId: 'a', provider: 'p', reference });
  const order = (reference: string, creations = 1): { account: string; reference: string; creations: number } => ({ account: 'a', reference, creations });

  it('shows what is lost, what is doubled, and what stands for no push; parts belong to their order', () => {
    expect(compareLedger(
      [push('AE-1'), push('AE-2'), push('AE-3'), push('AE-4')],
      [order('AE-1'), order('AE-2', 2), order('AE-3-1'), order('AE-3-2'), order('AE-4', 0), order('ZZ-9')],
    )).toEqual({ sent: 4, atProvider: 5, lost: ['AE-4'], duplicated: ['AE-2'], unmatched: ['ZZ-9'] });
  });
});
