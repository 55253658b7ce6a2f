import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OrderDecision, RegistryAccount, RegistryActivation } from '@pes/contracts';
import { waitUntil } from '@pes/testkit';
import { aDecision, aManifest, ids, orderId } from './order-fixture.ts';
import { runDispatch, type RunningDispatch } from './running-dispatch.ts';

let running: RunningDispatch;
const account = (accountId: string, referencePrefix: string): RegistryAccount => ({
  accountId, subscriberId: ids.subscriber, provider: 'acme-press', name: 'Acme', state: 'active', referencePrefix, settings: {}, sealedCredentials: 'sealed', version: 1,
});
const activation = (accountId: string, version: number, live: boolean): RegistryActivation => ({ subscriberId: ids.subscriber, siteId: ids.site, accountId, enabled: true, live, settings: {}, version });

beforeAll(async () => {
  running = await runDispatch({ SWEEP_MS: '50' });
  await running.announce(aManifest({ idempotency: 'natural-key', rateLimit: { requests: 100_000, perSeconds: 1, requestsPerPush: 1 } }));
  await running.register({ accounts: [account(ids.accountA, 'A-'), account(ids.accountB, 'B-')], activations: [activation(ids.accountA, 1, true), activation(ids.accountB, 1, false)] });
  await waitUntil(async () => (await running.db.query('select from lane')).rowCount === 2);
});
afterAll(() => running.stop());

it('decisions that are made again later give a newly live account its backlog, once, and send nothing twice to the others', async () => {
  const backlog: OrderDecision[] = Array.from({ length: 40 }, (_, n) => aDecision({ orderId: orderId(9_000 + n), orderNumber: 9_000 + n }));
  await running.decide(...backlog);
  const sent = (accountId: string): number => new Set(running.changes.filter((change) => change.state === 'sent' && change.accountId === accountId).map(({ orderId: id }) => id)).size;
  await waitUntil(() => sent(ids.accountA) === 40);
  await running.register({ activations: [activation(ids.accountB, 2, true)] });
  await waitUntil(async () => (await running.db.query('select from activation where account_id = $1 and live', [ids.accountB])).rowCount === 1);

  // The same decision again says nothing new; a later one does.
  await running.decide(...backlog);
  const later = backlog.map((decision) => ({ ...decision, decidedAt: '2026-03-01T11:00:00.000Z' }));
  await running.decide(...later);
  await running.decide(...later);
  await waitUntil(() => sent(ids.accountB) === 40);
  await running.decide(...later.map((decision) => ({ ...decision, decidedAt: '2026-03-01T12:00:00.000Z' })));
  const after = aDecision({ orderId: orderId(9_100), orderNumber: 9_100 });
  await running.decide(after);
  await waitUntil(() => running.changes.filter(({ orderNumber, state }) => orderNumber === 9_100 && state === 'sent').length === 2);
  expect(running.work.filter(({ push }) => push.order.orderNumber < 9_100)).toHaveLength(80);
});
