import type { ConnectorManifest } from '@pes/contracts';
import type { AccountContext, RegistryContext } from '@pes/registry';
import type { Plan } from '../../src/domain/fan-out.ts';
import { laneLimits } from '../../src/domain/lane-limits.ts';
import type { LanePause } from '../../src/domain/lane-pause.ts';
import { aContext, aManifest, anAccount, anActivation, ids } from '../order-fixture.ts';
import { createBus, type Bus } from './bus.ts';
import { createConnectorProcess, type ConnectorProcess } from './connector-process.ts';
import { createCore, type Core } from './core.ts';
import type { RegistryChange } from './dispatch-handlers.ts';
import { createDispatchProcess, type DispatchProcess } from './dispatch-process.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGate, type Gate } from './gate.ts';
import { createPeople, type People } from './people.ts';
import { createProvider, type Provider } from './provider.ts';
import { createRandom, type Random } from './random.ts';
import type { Rules } from './rules.ts';
import { createTables, type Tables } from './tables.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { createWatch, type Watch } from './watch.ts';

/** Everything there is, made from one seed: nothing in it waits, calls out, or knows another source of time and chance. */
export interface World {
  rules: Rules;
  random: Random;
  timeline: Timeline;
  faults: Faults;
  bus: Bus;
  tables: Tables;
  watch: Watch;
  core: Core;
  gate: Gate;
  people: People;
  registry: RegistryContext;
  manifests: ReadonlyMap<string, ConnectorManifest>;
  providers: Provider[];
  connectors: ConnectorProcess[];
  dispatches: DispatchProcess[];
  trace(line: () => string): void;
  newIncarnation(): number;
  isDispatchAlive(): boolean;
  /** Some orders are refused by every provider. */
  isValid(orderId: string): boolean;
  /** Answers whether it is news. */
  storeRegistry(change: RegistryChange): boolean;
  planned(orderId: string, plan: Plan): void;
  /** The account was not live when the order came: its backlog waits for Synchronize. */
  wasUntargeted(orderId: string, accountId: string): boolean;
  checkPauses(pauses: readonly LanePause[]): void;
}

export interface WorldOptions {
  seed: number;
  rules: Rules;
  /** Gets every line of what happens; left out for speed. */
  onTrace?: (line: string) => void;
}

const startMs = Date.parse('2026-03-01T08:00:00.000Z');
const classes = ['key', 'natural-key', 'lookup', 'none'] as const;

function manifestOf(random: Random, provider: string): ConnectorManifest {
  const idempotency = random.pick(classes);
  const base = aManifest();
  return {
    ...base, provider, displayName: provider, idempotency,
    capabilities: { ...base.capabilities, lookup: idempotency === 'lookup' || (idempotency !== 'none' && random.chance(0.5)) },
    visibilityDelayMs: random.pick([0, 2_000, 30_000, 300_000]), callTimeoutMs: random.pick([5_000, 20_000]),
    ordersPerMessage: random.pick([1, 2, 50]), maxInFlight: random.pick([1, 2, 10]),
    rateLimit: { requests: random.pick([1, 60]), perSeconds: random.pick([1, 60]), requestsPerPush: random.pick([1, 3]) },
    mappings: random.chance(0.3) ? [{ entity: 'product', label: 'SKU', required: true, fallback: 'none', fix: 'Open the product.' }] : [],
  };
}

/** Accounts live on one site; some share their credentials, and with them a bucket. */
function settle(world: World, accounts: readonly AccountContext[]): void {
  const { tables, manifests, random } = world;
  for (const { accountId, provider, subscriberId, name } of accounts) {
    const manifest = manifests.get(provider)!;
    const limits = laneLimits(manifest, {});
    const bucketKey = random.chance(0.5) ? provider : `${provider}:${accountId}`;
    tables.accounts.set(accountId, { accountId, subscriberId, name, state: 'active' });
    tables.buckets.set(bucketKey, { bucketKey, capacity: limits.capacity, refillPerSecond: limits.refillPerSecond, tokens: limits.capacity, refilledAtMs: startMs, holdUntilMs: -Infinity });
    tables.lanes.set(accountId, {
      accountId, provider, bucketKey, maxInFlight: manifest.maxInFlight, ordersPerMessage: manifest.ordersPerMessage, leaseMs: limits.leaseMs,
      servedAtMs: -Infinity, pausedUntilMs: -Infinity, pauseCode: null, pauseMessage: null, operatorPaused: false,
    });
  }
}

function describeTruths(world: World, versions: Map<string, number>): Partial<World> {
  const { tables, watch } = world;
  const untargeted = new Set<string>();
  return {
    isDispatchAlive: () => world.dispatches.some(({ process }) => process.isAlive()),
    storeRegistry(change) {
      const key = `${change.kind}:${change.accountId}:${change.entityId ?? ''}`;
      const known = versions.get(key) ?? 0;
      if (change.version > known) {
        versions.set(key, change.version);
        change.apply();
      }
      return change.version > known || (!world.rules.mistake.settingsAreFollowedOnce && change.version === known);
    },
    planned(orderId, plan) {
      for (const accountId of tables.lanes.keys()) {
        const isTarget = plan.kind === 'pushes' && plan.pushes.some((push) => push.accountId === accountId);
        if (!isTarget) untargeted.add(`${orderId}/${accountId}`);
      }
    },
    wasUntargeted: (orderId, accountId) => untargeted.has(`${orderId}/${accountId}`),
    checkPauses(pauses) {
      for (const { accountId, untilMs, code } of pauses) {
        const isMeant = tables.pushes.some((push) => push.accountId === accountId && (push.state === 'blocked' || (push.state === 'checking' && push.code === code)));
        if (untilMs === Infinity && tables.lanes.get(accountId)!.pausedUntilMs === Infinity && !isMeant) {
          watch.report(`${accountId} is paused for ever by an outcome that is over`);
        }
      }
    },
  };
}

export function createWorld({ seed, rules, onTrace }: WorldOptions): World {
  const random = createRandom(seed);
  const timeline = createTimeline(startMs);
  const world = { rules, random, timeline } as World;
  let incarnations = 0;
  let keys = 0;
  world.newIncarnation = () => incarnations += 1;
  world.trace = onTrace === undefined ? () => undefined : (line) => onTrace(`${new Date(timeline.nowMs()).toISOString().slice(8, 23)} ${line()}`);
  world.faults = createFaults(random);
  world.tables = createTables(() => timeline.nowMs(), rules, () => `id-${String(keys += 1).padStart(6, '0')}`);
  world.watch = createWatch(world);
  world.bus = createBus(world);
  world.core = createCore(world);
  world.people = createPeople(world);
  world.gate = createGate(world);
  const refused = new Set([1, 2, 3, 4].filter(() => random.chance(0.1)).map((orderNumber) => `order-${orderNumber}`));
  world.isValid = (orderId) => !refused.has(orderId);
  Object.assign(world, describeTruths(world, new Map()));

  const names = random.chance(0.3) ? ['acme', 'bolt'] : ['acme'];
  world.manifests = new Map(names.map((name) => [name, manifestOf(random, name)]));
  world.providers = [...world.manifests.values()].map((manifest) => createProvider(world, manifest));
  const accounts = names.flatMap((provider) => (random.chance(0.3) ? ['1', '2'] : ['1']).map((place) =>
    anAccount({ accountId: `${provider}-account-${place}`, provider, name: `${provider} ${place}`, referencePrefix: `${provider}${place}-` })));
  world.registry = aContext({
    accounts, activations: accounts.map(({ accountId }) => anActivation({ accountId })),
    entities: accounts.map(({ accountId }) => ({ accountId, kind: 'product' as const, entityId: ids.product, externalId: 'SKU-1', active: true, settings: {} })),
  });
  settle(world, accounts);
  const replicas = (): number => (random.chance(0.3) ? 2 : 1);
  world.dispatches = Array.from({ length: replicas() }, (_, place) => createDispatchProcess(world, place + 1));
  world.connectors = world.providers.flatMap((provider) => Array.from({ length: replicas() }, (_, place) => createConnectorProcess(world, provider, place + 1)));
  return world;
}
