import type { OrderDecided, PushCommand, PushOutcome, PushOutcomes, PushResult } from '@pes/contracts';
import type { RateNews } from '../../src/data-access/lanes.sql.ts';
import type { RecordedOutcome } from '../../src/data-access/record-outcomes.sql.ts';
import { circumstancesOf, type PushCircumstances } from '../../src/domain/circumstances.ts';
import { fanOut, type PlannedPush } from '../../src/domain/fan-out.ts';
import { pausesOf, type LanePause } from '../../src/domain/lane-pause.ts';
import { newestDecisions } from '../../src/domain/newest-decisions.ts';
import type { PushRow } from '../../src/domain/push-state.ts';
import { transition, type Circumstances } from '../../src/domain/transition.ts';
import type { Dispatching } from './dispatch-process.ts';
import type { Step } from './process.ts';
import { applyPushCommands } from './table-commands.ts';
import { recordDecisions } from './table-decisions.ts';
import { adaptBuckets, openLanes, pauseLanes, requeueAccounts, requeueBlocked, requeueEntities, setOperatorPause } from './table-lanes.ts';
import { recordOutcomes } from './table-outcomes.ts';
import { circumstancesRow, findPush } from './tables.ts';
import type { World } from './world.ts';

/** What happens with a batch of messages before it is acknowledged. Made anew for every try. */
export interface Handling {
  name: string;
  steps: () => Step[];
}

export interface AccountChange {
  accountId: string;
  action: 'pause' | 'resume';
}

export interface RegistryChange {
  kind: 'account' | 'activation' | 'entity';
  accountId: string;
  /** The product or user that got or lost a value. */
  entityId?: string;
  version: number;
  /** Writes the value into the registry. */
  apply: () => void;
}

const step = (name: string, run: () => boolean | undefined): Step => ({ name, run });
const always = (run: () => void): (() => true) => () => { run(); return true; };

/** on-decisions.ts */
export function decisionSteps({ world, loop, publishChanges }: Dispatching, events: readonly OrderDecided[]): Handling {
  return {
    name: 'decisions',
    steps() {
      let rows: PushRow[] = [];
      return [
        step('record decisions', always(() => {
          const decisions = newestDecisions(events);
          const pushes = decisions.filter((decision) => decision.result === 'eligible').flatMap((decision): PlannedPush[] => {
            const plan = fanOut(decision, world.registry, world.manifests);
            world.planned(decision.orderId, plan);
            return plan.kind === 'pushes' ? plan.pushes : [];
          });
          rows = world.watch.change('decision', () => recordDecisions(world.tables, decisions, pushes));
          loop.wake(rows.filter((row) => row.state === 'queued').map((row) => row.account_id));
        })),
        step('publish the changes', () => publishChanges(rows)),
      ];
    },
  };
}

export function circumstancesIn(world: World, row: PushCircumstances): Circumstances {
  const failures = world.rules.mistake.attemptsNeverEnd ? 0 : row.failures;
  return circumstancesOf({ ...row, failures }, world.manifests.get(row.provider), { nowMs: world.timeline.nowMs(), random: world.random.next() });
}

interface Decided {
  recorded: RecordedOutcome[];
  holds: RateNews[];
}

function believed(world: World, outcome: PushOutcome): PushOutcome {
  return outcome.kind === 'unknown' && world.rules.mistake.unknownIsRetry ? { kind: 'retry', code: outcome.code, message: outcome.message } : outcome;
}

function decide(world: World, events: readonly PushOutcomes[]): Decided {
  const decided: Decided = { recorded: [], holds: [] };
  for (const { accountId, results } of events) {
    for (const reported of results) {
      const push = findPush(world.tables, reported.pushId);
      if (push === undefined) continue;
      const result: PushResult = { ...reported, outcome: believed(world, reported.outcome) };
      const next = transition(result.outcome, circumstancesIn(world, circumstancesRow(world.tables, push)));
      decided.recorded.push({ result, transition: next });
      if (next.holdRateUntilMs !== undefined) decided.holds.push({ accountId, remaining: 0, holdUntilMs: next.holdRateUntilMs });
    }
  }
  return decided;
}

const uncounted = new Set(['rate_limited', 'lease_expired_unsent', 'breaker_open', 'awaiting_confirmation']);

/** "Certainly not sent" must have been true when it was said, or the push must know better. */
function checkDenial(world: World, { pushId, finishedAt, outcome: { kind } }: PushResult): void {
  const { checkFirst, announcedAgain, reference, provider } = findPush(world.tables, pushId)!;
  // A known limit, see README.md: only the message of an announcement says that it is to be looked up first.
  if (announcedAgain && kind === 'blocked') return;
  if (checkFirst || (kind !== 'retry' && kind !== 'blocked') || world.people.resends(reference) > 0 || world.watch.isOvertaken(reference)) return;
  const entries = world.providers.find(({ manifest }) => manifest.provider === provider)!.entries(reference, Date.parse(finishedAt));
  if (entries > 0) world.watch.report(`${reference} is recorded as not sent although it is in the ledger`);
}

/** Records, and checks who wrote. */
function record(world: World, { recorded }: Decided): PushRow[] {
  const attempts = new Map(world.tables.pushes.map((push) => [push.pushId, push.attempt]));
  const previous = new Map(world.tables.pushes.map((push) => [push.pushId, push.state]));
  const rows = world.watch.change('outcome', () => recordOutcomes(world.tables, recorded));
  for (const { push_id: pushId, reference, attempt, changed } of rows) {
    if (!changed) continue;
    const [writer] = recorded.filter(({ result }) => result.pushId === pushId && result.fence === attempts.get(pushId));
    if (writer === undefined) {
      world.watch.report(`${reference}: attempt ${attempt} was moved by the report of another attempt`);
      continue;
    }
    const { outcome } = writer.result;
    checkDenial(world, writer.result);
    if (outcome.kind === 'retry' && outcome.code === 'lease_expired_unsent' && previous.get(pushId) !== 'sending') world.watch.neverTried(pushId);
    if ((outcome.kind === 'retry' || outcome.kind === 'unknown') && !uncounted.has(outcome.code)) world.watch.failed(pushId);
  }
  return rows;
}

function pausesIn(world: World, { recorded }: Decided, rows: readonly PushRow[]): LanePause[] {
  const shown = world.rules.mistake.oldNewsPauses
    ? recorded.map(({ result, transition: { state, code } }) => ({ ...rows.find((row) => row.push_id === result.pushId)!, attempt: result.fence, state, code }))
    : rows;
  return pausesOf(recorded, shown);
}

/** on-outcomes.ts */
export function outcomeSteps({ world, loop, publishChanges }: Dispatching, events: readonly PushOutcomes[]): Handling {
  return {
    name: 'outcomes',
    steps() {
      let decided: Decided = { recorded: [], holds: [] };
      let rows: PushRow[] = [];
      return [
        step('load what outcomes depend on', always(() => { decided = decide(world, events); })),
        step('record outcomes', always(() => { rows = record(world, decided); })),
        step('pause lanes', always(() => {
          const pauses = pausesIn(world, decided, rows);
          pauseLanes(world.tables, pauses);
          world.checkPauses(pauses);
        })),
        step('hold rates', always(() => {
          adaptBuckets(world.tables, decided.holds);
          loop.wake(events.map((event) => event.accountId));
        })),
        step('publish the changes', () => publishChanges(rows)),
        step('publish the dead', () => world.core.publishDead(rows.filter((row) => row.state === 'dead'))),
      ];
    },
  };
}

/** on-commands.ts */
export function commandSteps({ world, loop, publishChanges }: Dispatching, commands: readonly PushCommand[], changes: readonly AccountChange[] = []): Handling {
  const { tables, watch } = world;
  return {
    name: 'commands',
    steps() {
      let rows: PushRow[] = [];
      return [
        step('apply commands', always(() => {
          rows = watch.change('command', () => applyPushCommands(tables, commands, world.people.commandTookEffect));
        })),
        step('pause and resume', always(() => {
          const pauses = changes.map(({ accountId, action }) => ({ accountId, pause: action === 'pause', message: `${action} by a person` }));
          const resumed = setOperatorPause(tables, pauses).filter(({ pause }) => !pause).map(({ account_id: accountId }) => accountId);
          rows = [...rows, ...watch.change('resume', () => requeueBlocked(tables, resumed))];
          loop.wake([...resumed, ...rows.map((row) => row.account_id)]);
        })),
        step('publish the changes', () => publishChanges(rows)),
      ];
    },
  };
}

/** on-registry.ts */
export function registrySteps({ world, loop, publishChanges }: Dispatching, changes: readonly RegistryChange[]): Handling {
  const { tables, watch } = world;
  return {
    name: 'registry',
    steps() {
      let rows: PushRow[] = [];
      let stored: RegistryChange[] = [];
      const accountsOf = (kinds: ReadonlyArray<RegistryChange['kind']>): string[] => stored.filter(({ kind }) => kinds.includes(kind)).map(({ accountId }) => accountId);
      return [
        step('store the registry', always(() => { stored = changes.filter((change) => world.storeRegistry(change)); })),
        step('open lanes', always(() => openLanes(tables, accountsOf(['account'])))),
        step('queue again', always(() => {
          const entities = changes.flatMap(({ accountId, entityId }) => (entityId === undefined ? [] : [{ accountId, entityId }]));
          rows = watch.change('settings', () => [...requeueAccounts(tables, accountsOf(['account', 'activation'])), ...requeueEntities(tables, entities)]);
          loop.wake(rows.map((row) => row.account_id));
        })),
        step('publish the changes', () => publishChanges(rows)),
      ];
    },
  };
}
