import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConnectorManifest, PushResult, PushWorkItem } from '@pes/contracts';
import { createAttemptMemory } from '../src/attempt-memory.ts';
import type { PushOutcome } from '../src/connector.ts';
import { lastCallMs } from '../src/plan-attempt.ts';
import { processPushWork, type PushHost } from '../src/process-push-work.ts';
import { dispatchOf } from './send-dispatch.ts';
import { createHost, nowMs as beginMs } from './toy-host.ts';
import { pushWork, toyConnector } from './toy-work.ts';

export type Idempotency = ConnectorManifest['idempotency'];
export type Answer = 'accept' | 'accept-lost' | 'accept-500' | 'lost' | '500' | 'unreachable';

/** What happens next. Indexes are taken modulo what there is; a step that finds nothing to do does nothing. */
export type Step =
  | { do: 'claim' | 'expire' | 'announce' | 'report' | 'lose-report' | 'rewind' }
  | { do: 'deliver'; host: number; message: number }
  | { do: 'begin'; host: number }
  | { do: 'restart'; host: number }
  | { do: 'answer'; call: number; answer: Answer }
  | { do: 'advance'; ms: number; created: boolean }
  | { do: 'lookups'; answered: boolean };

export interface WorldOptions {
  idempotency: Idempotency;
  hosts: number;
  /** Without the age of a claim, which is what this shows to be needed. */
  ignoreStart?: boolean;
}

export interface Seen {
  /** Orders at the provider. */
  created: number;
  /** Sends that began while an earlier one was not known to be without effect. */
  blindSends: number;
  sends: number;
}

const visibilityDelayMs = 10_000;
const callTimeoutMs = 20_000;

interface Call { endsByMs: number; finish(outcome: PushOutcome): void }
interface Process { host: PushHost; alive: boolean; queue: Array<() => void> }
interface Message { item: PushWorkItem; deliveries: number; acknowledged: boolean }

const unclear = (code: string): PushOutcome => ({ kind: 'unknown', code, message: '' });
const accepted: PushOutcome = { kind: 'accepted', providerRef: 'P' };

/** Takes the order as the provider's class promises: a key updates, a natural key refuses, everything else makes another order. */
function createProvider(idempotency: Idempotency, now: () => number) {
  const createdAtMs: number[] = [];
  const isGuarded = idempotency === 'key' || idempotency === 'natural-key';
  function take(): PushOutcome {
    if (isGuarded && createdAtMs.length > 0) return idempotency === 'key' ? accepted : { kind: 'duplicate', providerRef: 'P' };
    createdAtMs.push(now());
    return accepted;
  }
  return {
    createdAtMs, take,
    answer(answer: Answer): PushOutcome {
      switch (answer) {
        case 'accept': return take();
        case 'accept-lost': take(); return unclear('connection_lost');
        case 'accept-500': take(); return unclear('provider_error');
        case 'lost': return unclear('connection_lost');
        case '500': return unclear('provider_error');
        case 'unreachable': return { kind: 'retry', code: 'unreachable', message: '' };
      }
    },
    isVisible: () => createdAtMs.some((atMs) => atMs + visibilityDelayMs <= now()),
  };
}

/**
 * One order, its provider, connector processes, a broker that redelivers and is set back, and a dispatch. Everything between is the code of
 * this package. Time moves by steps only.
 */
export async function play(steps: readonly Step[], { idempotency, hosts, ignoreStart = false }: WorldOptions): Promise<Seen> {
  let nowMs = beginMs;
  let lookupsAnswered = true;
  const seen: Seen = { created: 0, blindSends: 0, sends: 0 };
  const provider = createProvider(idempotency, () => nowMs);
  const dispatch = dispatchOf(idempotency, visibilityDelayMs);
  const canLookUp = idempotency === 'lookup' || idempotency === 'natural-key';
  const messages: Message[] = [];
  const reports: PushResult[] = [];
  const calls: Call[] = [];
  const queues: Array<Array<() => void>> = [];
  let unsettledSends = 0;
  // Nothing waits between a delivery and its place in the queue, nor between its turn and the call, so these are the right ones.
  let delivering: PushWorkItem | undefined;
  let claimOfCall: PushWorkItem | undefined;

  function send(): Promise<PushOutcome> {
    const { promise, resolve } = Promise.withResolvers<PushOutcome>();
    seen.sends += 1;
    if (unsettledSends > 0) seen.blindSends += 1;
    unsettledSends += 1;
    calls.push({
      endsByMs: Math.min(nowMs + callTimeoutMs, claimOfCall === undefined ? Infinity : lastCallMs(claimOfCall)),
      finish(outcome) {
        if (outcome.kind === 'retry') unsettledSends -= 1;
        resolve(outcome);
      },
    });
    return promise;
  }

  function startProcess(startedAtMs: number): Process {
    const queue: Array<() => void> = [];
    queues.push(queue);
    const connector = toyConnector({
      manifest: { idempotency, visibilityDelayMs, callTimeoutMs }, push: send,
      lookup: canLookUp
        ? async () => {
            if (!lookupsAnswered) return { kind: 'unclear', code: 'timeout', message: '' };
            return provider.isVisible() ? { kind: 'found', providerRef: 'P' } : { kind: 'absent' };
          }
        : null,
    });
    const host = createHost(connector, { log: [] }, {
      clock: { now: () => nowMs }, memory: createAttemptMemory(), startedAtMs: ignoreStart ? 0 : startedAtMs,
      limiter: {
        run(_accountId, task) {
          const claim = delivering;
          return new Promise((resolve) => {
            queue.push(() => {
              claimOfCall = claim;
              resolve(task());
            });
          });
        },
      },
    });
    return { host, alive: true, queue };
  }
  const processes = Array.from({ length: hosts }, () => startProcess(nowMs - 60_000));

  function deliver(process: Process, message: Message): void {
    message.deliveries += 1;
    delivering = message.item;
    const report = ({ text }: { text: string }): void => { if (process.alive) reports.push(JSON.parse(text) as PushResult); };
    void processPushWork({ work: pushWork([message.item], 'sealed'), deliveryCount: message.deliveries }, process.host, report)
      .then(() => { if (process.alive) message.acknowledged = true; });
  }

  /** Calls that are over by now ended unanswered, whether the order came into being or not. */
  function endOverdueCalls(created: boolean): void {
    for (const call of calls.filter(({ endsByMs }) => endsByMs <= nowMs)) {
      calls.splice(calls.indexOf(call), 1);
      if (created) provider.take();
      call.finish(unclear('timeout'));
    }
  }

  const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];
  const add = (item: PushWorkItem | undefined): void => { if (item !== undefined) messages.push({ item, deliveries: 0, acknowledged: false }); };

  type Take = { [Name in Step['do']]: (step: Extract<Step, { do: Name }>) => void };
  const take: Take = {
    claim: () => { add(dispatch.claim(nowMs)); },
    announce: () => { add(dispatch.announce()); },
    expire: () => { dispatch.expireLease(nowMs); },
    report() {
      const result = reports.shift();
      if (result !== undefined) dispatch.report(result, nowMs);
    },
    'lose-report': () => { reports.shift(); },
    rewind() {
      for (const message of messages) Object.assign(message, { deliveries: 0, acknowledged: false });
    },
    deliver(step) {
      const message = pick(messages.filter(({ acknowledged }) => !acknowledged), step.message);
      if (message !== undefined) deliver(processes[step.host % hosts]!, message);
    },
    begin: (step) => { processes[step.host % hosts]!.queue.shift()?.(); },
    restart(step) {
      const place = step.host % hosts;
      processes[place]!.alive = false;
      processes[place]!.queue.length = 0;
      processes[place] = startProcess(nowMs);
    },
    answer(step) {
      const call = pick(calls, step.call);
      if (call === undefined) return;
      calls.splice(calls.indexOf(call), 1);
      call.finish(provider.answer(step.answer));
    },
    advance(step) {
      // In small steps, so that a call ends when it must and not later.
      for (let left = step.ms; left > 0; left -= 1_000) {
        nowMs += Math.min(1_000, left);
        endOverdueCalls(step.created);
      }
    },
    lookups: (step) => { lookupsAnswered = step.answered; },
  };

  for (const step of steps) {
    (take[step.do] as (step: Step) => void)(step);
    await nextTurn();
  }
  seen.created = provider.createdAtMs.length;
  const { sends, blindSends } = seen;
  // Lets every order end, so that no timer of one stays behind.
  for (let round = 0; round < 50 && (calls.length > 0 || queues.some(({ length }) => length > 0)); round += 1) {
    for (const queue of queues) queue.splice(0).forEach((begin) => { begin(); });
    await nextTurn();
    for (const call of calls.splice(0)) call.finish(unclear('timeout'));
    await nextTurn();
  }
  return { ...seen, sends, blindSends };
}
