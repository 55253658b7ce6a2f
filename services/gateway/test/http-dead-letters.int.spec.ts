import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects, type RegistryAccount } from '@pes/contracts';
import { publish } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { checkOutbox } from '../src/entry-points/outbox-relay.ts';
import { aDeadLetter, aDeadPush, anOrderEvent, deadLetterMessage, ids } from './fixtures.ts';
import { aManifest, runApi, sreToken, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
let operator: string;
beforeAll(async () => {
  api = await runApi({ OUTBOX_CHECK_MS: '600000' });
  operator = await tokenOf({ roles: ['operator'], sub: 'lee@example.com' });
});
afterAll(() => api.close());

interface Page { items: Array<{ id: string; pushId: string; status: string }>; total: number; next: string | null }

describe('a subscriber\'s operator', () => {
  it('finds, previews and replays the dead pushes of the own subscriber, under the own name', async () => {
    const mine = [aDeadPush({ code: 'only_mine' }), aDeadPush({ code: 'only_mine' })];
    await api.die(...mine, aDeadPush({ code: 'only_mine', subscriberId: ids.otherSubscriber }));
    const list = await api.call<Page>('GET', '/api/v1/dead-letters?code=only_mine&status=open&limit=1', { token: operator });
    expect(list.body).toMatchObject({ total: 2, items: [{ status: 'open' }] });
    const rest = await api.call<Page>('GET', `/api/v1/dead-letters?code=only_mine&status=open&limit=1&cursor=${list.body.next!}`, { token: operator });
    expect(new Set([...list.body.items, ...rest.body.items].map(({ pushId }) => pushId))).toEqual(new Set(mine.map(({ pushId }) => pushId)));
    expect(rest.body.next).toBeNull();
    const filter = { code: 'only_mine' };
    expect((await api.call('POST', '/api/v1/dead-letters/dry-run', { token: operator, body: { filter } })).body).toMatchObject({ total: 2, willReplay: 2 });
    expect((await api.call('POST', '/api/v1/replays', { token: operator, body: { filter, asNew: true } }))).toMatchObject({ status: 409, body: { code: 'confirm_required' } });
    const started = await api.call<{ replay: { id: string; counts: { total: number } } }>('POST', '/api/v1/replays', { token: operator, body: { filter, velocityPerSecond: 100 } });
    expect(started).toMatchObject({ status: 201, body: { replay: { actor: 'lee@example.com', counts: { total: 2 } } } });
    await waitUntil(async () => (await api.call<{ replay: { state: string } }>('GET', `/api/v1/replays/${started.body.replay.id}`, { token: operator })).body.replay.state === 'finished', { timeoutMs: 15_000 });
    expect(api.dispatch.commands.flatMap(({ pushIds }) => pushIds).sort()).toEqual(mine.map(({ pushId }) => pushId).sort());
    expect((await api.call<Page>('GET', '/api/v1/dead-letters?code=only_mine&status=open', { token: await sreToken() })).body.total).toBe(1);
  });

  it('discards with a note, and may not read or publish messages', async () => {
    await api.die(aDeadPush({ code: 'to_discard' }));
    const [letter] = (await api.call<Page>('GET', '/api/v1/dead-letters?code=to_discard', { token: operator })).body.items;
    const done = await api.call('POST', '/api/v1/dead-letters/discard', { token: operator, body: { ids: [letter!.id], note: 'The customer cancelled.' } });
    expect(done.body).toEqual({ discarded: [letter!.id], notOpen: [] });
    expect((await api.call('GET', `/api/v1/dead-letters/${letter!.id}`, { token: operator })).body).toMatchObject({ deadLetter: { status: 'discarded' }, history: [{ actor: 'lee@example.com', action: 'dlq.discard' }] });

    const dead = aDeadLetter({ order: { ...anOrderEvent().order, currency: 5 } });
    await publish(api.bus, deadLetterMessage(dead));
    const id = await waitUntil(async () => (await api.db.query<{ id: string }>('select id from dead_letter where stream_sequence = $1', [dead.streamSequence])).rows[0]?.id);
    expect((await api.call('GET', `/api/v1/dead-letters/${id}`, { token: operator })).body).toMatchObject({ deadLetter: { body: null, headers: {} } });
    expect((await api.call('GET', `/api/v1/dead-letters/${id}`, { token: await sreToken() })).body).toMatchObject({ deadLetter: { body: expect.stringContaining('"currency": 5') } });
    expect((await api.call('POST', `/api/v1/dead-letters/${id}/republish`, { token: operator, body: {} })).status).toBe(403);
    const repaired = await api.call<{ eventId: string }>('POST', `/api/v1/dead-letters/${id}/republish`, { token: await sreToken(), body: { body: JSON.stringify(anOrderEvent()), note: 'Currency.' } });
    expect(repaired).toMatchObject({ status: 200, body: { subject: dead.subject, diff: expect.stringContaining('-    "currency": 5') } });
  });
});

describe('a broker that was rewound', () => {
  it('gets registry events again that it had kept for long, and never an older one over a newer one', async () => {
    await api.offer(aManifest(), ids.subscriber);
    const parts = { db: api.db, bus: api.bus, log: { warn: () => undefined }, config: { OUTBOX_CHECK_MS: 0 }, wakeOutbox: () => undefined } as unknown as Parameters<typeof checkOutbox>[0];
    const eventOf = async (accountId: string): Promise<RegistryAccount | undefined> =>
      (await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryAccount(ids.subscriber, accountId) }))?.json<RegistryAccount>();
    const allKept = async (): Promise<boolean> => {
      await checkOutbox(parts);
      return (await api.db.query('select from outbox where kept_at is null')).rowCount === 0;
    };
    const early = await api.account();
    await waitUntil(allKept);
    const snapshot = await api.nats.snapshotStore();
    await waitUntil(async () => (await api.call('GET', '/api/v1/accounts', { token: operator })).status === 200 && api.bus.nc.rtt().then(() => true, () => false), { timeoutMs: 20_000 });
    const late = await api.account();
    const changed = await api.call<{ version: number }>('PATCH', `/api/v1/accounts/${early.accountId}`, { token: await tokenOf(), body: { name: 'Renamed' }, headers: { 'if-match': `"${early.version}"` } });
    await waitUntil(allKept, { timeoutMs: 20_000 });
    await api.nats.restoreStore(snapshot);
    await waitUntil(async () => (await eventOf(late.accountId).catch(() => ({}))) === undefined, { timeoutMs: 30_000 });
    await waitUntil(async () => {
      await checkOutbox(parts);
      return (await eventOf(late.accountId))?.version === late.version && (await eventOf(early.accountId))?.version === changed.body.version;
    }, { timeoutMs: 30_000 });
    await waitUntil(allKept);
    expect((await eventOf(early.accountId))?.name).toBe('Renamed');
  });
});
