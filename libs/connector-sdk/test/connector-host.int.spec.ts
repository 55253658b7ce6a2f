import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, pushWorkConsumer, subjects, validator, type ConnectorManifest } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { callRpc, ensureTopology } from '@pes/messaging';
import { seal } from '@pes/secrets';
import { waitUntil } from '@pes/testkit';
import { publishManifest } from '../src/publish-manifest.ts';
import { apiKey, startHostFixture, topology, type HostFixture, type Trial } from './host-fixture.ts';
import { accountId, pushWork, subscriberId, toyConnector, type ToyOptions } from './toy-work.ts';

let fixture: HostFixture;

beforeAll(async () => { fixture = await startHostFixture(); });
afterAll(() => fixture.close());

describe('connector host', () => {
  it('publishes its manifest', async () => {
    const trial = await fixture.trial();
    const host = trial.start();
    const message = await waitUntil(() => fixture.bus.jsm.streams.getMessage('CONNECTORS', { last_by_subj: subjects.connectorManifest(trial.provider) }));
    await waitUntil(() => host.isManifestPublished());
    expect(validator('connector-manifest')(message.json<ConnectorManifest>())).toMatchObject({ ok: true, value: { provider: trial.provider } });
    expect(message.header.get('ce-type')).toBe(eventTypes.connectorManifest);
  });

  it('publishes its manifest again when the broker has lost it, and leaves a newer one alone', async () => {
    const { bus } = fixture;
    const subject = subjects.connectorManifest('forgotten');
    const stored = () => bus.jsm.streams.getMessage('CONNECTORS', { last_by_subj: subject });
    const version = async (): Promise<string | undefined> => (await stored())?.json<ConnectorManifest>().version;
    const old = publishManifest(bus, toyConnector({ manifest: { provider: 'forgotten', version: '1' } }), 50);
    await waitUntil(async () => (await version()) === '1');
    await bus.jsm.streams.purge('CONNECTORS', { filter: subject });
    await waitUntil(async () => (await version()) === '1');
    const next = publishManifest(bus, toyConnector({ manifest: { provider: 'forgotten', version: '2' } }), 50);
    await waitUntil(async () => (await version()) === '2');
    const { seq } = (await stored())!;
    await bus.jsm.streams.purge('CONNECTORS', { filter: subject });
    await waitUntil(async () => ((await stored())?.seq ?? 0) > seq);
    await Promise.all([old.stop(), next.stop()]);
  });

  it.each<[string, ToyOptions, RegExp]>([
    ['breaks its schema', { manifest: { maxInFlight: 0 } }, /\/maxInFlight must be >= 1/],
    ['promises no lookup and has one', { manifest: { capabilities: { push: true, lookup: false, status: false, automaticStatus: false, products: false, categories: false, cancel: false } } }, /\/capabilities\/lookup/],
  ])('does not start with a manifest that %s', async (_name, options, message) => {
    const trial = await fixture.trial();
    expect(() => trial.start(options)).toThrow(message);
  });

  it('opens the credentials, sends each order, reports outcomes with masked calls, then acknowledges', async () => {
    const trial = await fixture.trial();
    trial.start();
    const orders = [trial.order('A'), trial.order('B'), trial.order('C')];
    await trial.send(orders);
    const reported = await trial.results(3);
    await trial.acknowledged();
    expect(trial.toy.taken.toSorted()).toEqual(['A', 'B', 'C']);
    expect([...trial.toy.keys]).toEqual([apiKey]);
    expect(new Set(reported.map(({ pushId }) => pushId))).toEqual(new Set(orders.map(({ pushId }) => pushId)));
    expect(reported.find(({ pushId }) => pushId === orders[0]?.pushId)).toMatchObject({
      fence: 1, outcome: { kind: 'accepted', providerRef: 'P-A' }, exchanges: [{ method: 'PUT', requestBody: '{"reference":"A"}', status: 200, failure: null }],
    });
    expect(JSON.stringify(reported)).not.toContain(apiKey);
  });

  it('counts outcomes and calls', async () => {
    const trial = await fixture.trial();
    trial.start();
    await trial.send([trial.order('A'), trial.order('B')]);
    await trial.results(2);
    const text = await trial.metrics.metrics();
    expect(text).toContain(`pes_connector_pushes_total{provider="${trial.provider}",kind="accepted",code="none"} 2`);
    expect(text).toContain(`pes_connector_orders_in_flight{provider="${trial.provider}"} 0`);
    expect(text).toContain(`pes_connector_call_seconds_count{provider="${trial.provider}",result="2xx"} 2`);
  });

  it('does not acknowledge before the broker has the outcomes', async () => {
    const trial = await fixture.trial();
    trial.start();
    await fixture.bus.jsm.streams.delete('OUTCOME');
    await trial.send([trial.order('A')]);
    await waitUntil(async () => (await trial.metrics.metrics()).includes('kind="accepted"'));
    expect(await trial.consumerState()).toMatchObject({ pending: 1 });
    await ensureTopology(fixture.bus, topology);
    await trial.results(1);
    await trial.acknowledged();
    expect(trial.toy.taken).toEqual(['A']);
  });

  it('does not let a slow order hold the others back', async () => {
    const release = Promise.withResolvers<void>();
    const trial = await fixture.trial((reference) => (reference === 'SLOW' ? release.promise : Promise.resolve()));
    trial.start();
    await trial.send([trial.order('SLOW'), trial.order('B'), trial.order('C')]);
    const early = await trial.results(2);
    release.resolve();
    expect(early).toHaveLength(2);
    expect((await trial.results(3)).at(-1)).toMatchObject({ outcome: { providerRef: 'P-SLOW' } });
    await trial.acknowledged();
  });

  it('keeps a message alive for longer than the broker waits', async () => {
    const trial = await fixture.trial(() => sleep(pushWorkConsumer('any').ackWaitMs + 1_000));
    trial.start({ manifest: { callTimeoutMs: 20_000 } });
    await trial.send([trial.order('A')]);
    await trial.results(1, 15_000);
    await trial.acknowledged();
    expect(await trial.consumerState()).toMatchObject({ redelivered: 0 });
    expect(trial.toy.taken).toEqual(['A']);
  });

  it('blocks the account when the stored credentials were sealed for another one', async () => {
    const trial = await fixture.trial();
    trial.start();
    const foreign = seal(trial.key, { apiKey }, { subscriberId, provider: trial.provider, accountId: subscriberId });
    await trial.sendData('foreign', pushWork([trial.order('A')], foreign, trial.provider));
    expect((await trial.results(1))[0]?.outcome).toMatchObject({ kind: 'blocked', code: 'auth', message: expect.stringContaining('Toy account') });
    expect(trial.toy.taken).toEqual([]);
  });

  it.each<[string, (trial: Trial) => object, string]>([
    ['that breaks its schema', ({ provider }) => ({ provider, account: {}, orders: [] }), 'schema_violation'],
    ['of another account than its subject', ({ provider, order }) => ({ ...pushWork([order('A')], 'x', provider), account: { ...pushWork([], 'x').account, accountId: subscriberId } }), 'subject_mismatch'],
    ['of another provider', ({ order }) => pushWork([order('A')], 'x', 'other'), 'subject_mismatch'],
  ])('puts work %s into DEAD', async (_name, data, code) => {
    const trial = await fixture.trial();
    trial.start();
    await trial.sendData('bad', data(trial));
    const letter = await waitUntil(() => fixture.bus.jsm.streams.getMessage('DEAD', { last_by_subj: `dead.connector-${trial.provider}-push.>` }));
    expect(validator('dead-letter')(letter.json())).toMatchObject({ ok: true, value: { code } });
    await trial.acknowledged();
    expect(await trial.metrics.metrics()).toContain(`pes_dead_letters_total{consumer="connector-${trial.provider}-push",code="${code}"} 1`);
  });

  it('has the same outcome for a claim that comes again after it was done', async () => {
    const trial = await fixture.trial();
    trial.start({ manifest: { idempotency: 'none' } });
    const item = trial.order('A');
    await trial.send([item]);
    await trial.results(1);
    await trial.send([{ ...item, mode: 'check-then-send' }], 'again');
    await waitUntil(async () => (await trial.consumerState()).waiting === 0);
    await trial.acknowledged();
    expect((await trial.outcomeMessages()).flatMap((message) => message.results)).toHaveLength(1);
    expect(trial.toy.taken).toEqual(['A']);
  });

  it('answers checks of an account', async () => {
    const trial = await fixture.trial();
    trial.start();
    const account = { accountId, subscriberId, settings: {}, sealedCredentials: trial.sealed() };
    const check = (request: object) => callRpc(fixture.bus, `rpc.${trial.provider}.check`, request, 5_000);
    expect(await check({ account })).toEqual({ ok: true, message: 'answered 404 to [masked]' });
    expect(await check({ account: { ...account, sealedCredentials: 'xx' } })).toMatchObject({ ok: false, code: 'credentials_unreadable' });
    expect(await check({ account: { ...account, settings: undefined } })).toEqual({ ok: false, code: 'schema_violation', message: 'account.settings must be an object' });
    const inside = trial.sealed({ apiKey, address: 'https://10.0.0.1' });
    expect(await check({ account: { ...account, sealedCredentials: inside } })).toMatchObject({ ok: false, code: 'egress_refused' });
  });
});
