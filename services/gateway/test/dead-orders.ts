import {
  eventTypes, pushWorkConsumer, schemas, subjects, validator, type ConnectorManifest, type OrderDecision, type OrderSnapshot, type PushWork, type RegistryAccount,
} from '@pes/contracts';
import { chunk, newId } from '@pes/kernel';
import { consumeBatches, decodeJson, publish, publishAll, type Bus, type Consumption } from '@pes/messaging';
import type { Pool } from '@pes/store';
import { waitUntil } from '@pes/testkit';
import { ids } from './fixtures.ts';

const provider = 'acme-press';

function exampleOf<T>(name: Parameters<typeof schemas.get>[0]): T {
  return structuredClone(schemas.get(name)?.examples?.[0]) as T;
}

const manifest = (): ConnectorManifest => ({
  ...exampleOf<ConnectorManifest>('connector-manifest'), provider, displayName: 'Acme Press', mappings: [], idempotency: 'natural-key', maxInFlight: 400, ordersPerMessage: 50,
  rateLimit: { requests: 100_000, perSeconds: 1, requestsPerPush: 1 },
});

const account = (state: RegistryAccount['state'], version: number): RegistryAccount => ({
  accountId: ids.east, subscriberId: ids.subscriber, provider, name: 'Acme East', state, referencePrefix: 'AE-', settings: {}, sealedCredentials: 'sealed', version,
});

function decisionOf(orderNumber: number): OrderDecision {
  const example = exampleOf<OrderSnapshot>('order-snapshot');
  const order: OrderSnapshot = { ...example, orderId: newId(), orderNumber, version: 1, subscriberId: ids.subscriber, siteId: ids.site, items: example.items.slice(0, 1) };
  return {
    orderId: order.orderId, orderNumber, version: 1, subscriberId: ids.subscriber, siteId: ids.site, result: 'eligible', final: false, reasons: [],
    itemNumbers: [order.items[0]!.itemNumber], decidedAt: '2026-05-04T08:00:00.000Z', order,
  };
}

async function registerAccount(bus: Bus, state: RegistryAccount['state'], version: number): Promise<void> {
  await publish(bus, { subject: subjects.registryAccount(ids.subscriber, ids.east), type: eventTypes.registryAccount, id: newId(), source: 'test', data: account(state, version) });
}

/**
 * That many orders whose attempts are used up, in a real push-dispatch. Its own way there takes nine hours, so the last step is written
 * into its table.
 */
export async function makeDeadOrders(bus: Bus, dispatchDb: Pool, count: number): Promise<void> {
  await publish(bus, { subject: subjects.connectorManifest(provider), type: eventTypes.connectorManifest, id: newId(), source: 'test', data: manifest() });
  await registerAccount(bus, 'paused', 1);
  await publish(bus, {
    subject: subjects.registryActivation(ids.subscriber, ids.site, ids.east), type: eventTypes.registryActivation, id: newId(), source: 'test',
    data: { subscriberId: ids.subscriber, siteId: ids.site, accountId: ids.east, enabled: true, live: true, settings: {}, version: 1 },
  });
  await waitUntil(async () => (await dispatchDb.query('select from activation')).rowCount === 1 && (await dispatchDb.query('select from lane')).rowCount === 1, { timeoutMs: 20_000 });
  const decisions = Array.from({ length: count }, (_, n) => decisionOf(100_000 + n));
  await publishAll(bus, chunk(decisions, 100).map((part) => ({
    subject: subjects.orderDecided(ids.subscriber), type: eventTypes.orderDecided, id: newId(), source: 'test', data: { decisions: part },
  })));
  const queued = async (): Promise<boolean> => (await dispatchDb.query<{ n: number }>(`select count(*) as n from push where state = 'queued'`)).rows[0]?.n === count;
  await waitUntil(queued, { timeoutMs: 60_000, intervalMs: 200, what: 'the pushes to be planned' });
  await dispatchDb.query(`update push set state = 'dead', code = 'attempts_exhausted', message = 'Not sent: all 8 attempts failed.', attempt = 8, failures = 8,
    run_at = null, first_sent_at = now(), revision = revision + 1, updated_at = now()`);
  await registerAccount(bus, 'active', 2);
  await waitUntil(async () => (await dispatchDb.query(`select from account where state = 'active'`)).rowCount === 1);
}

/** The connector and its provider: takes every order and keeps count of how often it got it. */
export function playProvider(bus: Bus): Consumption & { ledger: Map<string, number> } {
  const ledger = new Map<string, number>();
  const consumption = consumeBatches<PushWork>(bus, {
    consumer: pushWorkConsumer(provider), decode: decodeJson(validator('push-work')), isDataError: () => false, maxBatch: 20, maxWaitMs: 5, maxFlushes: 2,
    handle: async (batch) => {
      const now = new Date().toISOString();
      await publishAll(bus, batch.map(({ value: { account: { accountId }, orders } }) => {
        for (const { push } of orders) ledger.set(push.reference, (ledger.get(push.reference) ?? 0) + 1);
        const results = orders.map(({ pushId, fence, push }) => ({
          pushId, fence, startedAt: now, finishedAt: now, outcome: { kind: 'accepted', providerRef: `P-${push.reference}` }, exchanges: [],
        }));
        return {
          subject: subjects.outcomePush(provider, accountId), type: eventTypes.outcomePush, id: results.map(({ pushId, fence }) => `${pushId}:${fence}`).join(), source: 'test',
          data: { provider, accountId, results },
        };
      }));
    },
  });
  return { ledger, stop: () => consumption.stop() };
}
