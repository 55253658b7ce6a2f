import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, schemas, streams, subjects, type DeadLetter, type RegistryAccount } from '@pes/contracts';
import { callRpc, publish } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { checkOutbox } from '../src/entry-points/outbox-relay.ts';
import { subjectOf } from '../src/requests.ts';
import { aDeadLetter, aDeadPush, anOrderEvent, deadLetterMessage, ids } from './fixtures.ts';
import { runGateway, type RunningGateway } from './running-gateway.ts';

let running: RunningGateway;
beforeAll(async () => { running = await runGateway({ COMPARE_DEAD_MS: '600000', OUTBOX_CHECK_MS: '600000' }); });
afterAll(() => running.close());

interface Page { deadLetters: Array<{ id: string; status: string }> }

/** Dead, stored, and its id. */
async function lay(dead: DeadLetter): Promise<string> {
  await publish(running.bus, deadLetterMessage(dead));
  return waitUntil(async () => {
    const { rows } = await running.db.query<{ id: string }>('select id from dead_letter where stream = $1 and stream_sequence = $2', [dead.stream, dead.streamSequence]);
    return rows[0]?.id;
  });
}

const statusOf = async (id: string): Promise<string | undefined> => (await running.request<Page>('dlq.list', { filter: { ids: [id] } })).deadLetters[0]?.status;
const newestOn = (stream: string, subject: string) => running.bus.jsm.streams.getMessage(stream, { last_by_subj: subject });

describe('an unreadable message', () => {
  const broken = { order: { ...anOrderEvent({ orderNumber: 51_500 }).order, currency: 840 } };
  const repaired = anOrderEvent({ orderNumber: 51_500 });

  it('is edited with a diff, refused while it cannot be read, and then published to its subject as a new event', async () => {
    const dead = aDeadLetter(broken);
    const id = await lay(dead);
    const half = JSON.stringify({ order: { ...repaired.order, currency: 840, siteType: 'mall' } });
    const preview = await running.request('dlq.republish', { id, body: half, preview: true });
    expect(preview).toMatchObject({ valid: false, subject: dead.subject, errors: expect.arrayContaining(['/order/currency must be string', '/order/siteType must be equal to one of the allowed values: b2b, b2c']) });
    expect(await running.request('dlq.republish', { id, body: half, actor: 'kim' })).toMatchObject({
      code: 'unreadable', error: expect.stringContaining('would still not be read'), errors: expect.arrayContaining(['/order/currency must be string']),
    });
    expect(await statusOf(id)).toBe('open');

    const body = JSON.stringify(repaired);
    const last = await running.request<{ diff: string; valid: boolean }>('dlq.republish', { id: id.slice(-12), body, preview: true });
    expect(last.valid).toBe(true);
    expect(last.diff).toContain('-    "currency": 840,');
    expect(last.diff).toContain(`+    "currency": "${repaired.order.currency}",`);
    expect(last.diff.split('\n').filter((line) => /^[-+] /.test(line))).toHaveLength(2);

    const done = await running.request<{ eventId: string }>('dlq.republish', { id, body, actor: 'kim', note: 'Currency by name.' });
    const message = await waitUntil(async () => {
      const newest = await newestOn('PRESSERO', dead.subject);
      return newest?.header.get('ce-id') === done.eventId && newest;
    });
    expect(message.json()).toEqual(repaired);
    expect(message.header.get('ce-id')).not.toBe(dead.headers['ce-id']);
    expect(message.header.get('ce-type')).toBe(eventTypes.presseroOrder);
    expect(message.header.get('ce-source')).toBe('pressero');
    expect(await statusOf(id)).toBe('replayed');
    expect(await running.request('audit.list', { targetId: id })).toMatchObject({
      entries: [{ actor: 'kim', action: 'dlq.republish', note: 'Currency by name.', detail: { subject: dead.subject, eventId: done.eventId, diff: last.diff } }],
    });
    expect(await running.request('dlq.republish', { id, body, actor: 'kim' })).toMatchObject({ code: 'conflict', error: expect.stringContaining('is replayed already') });
  });

  it('is published as it was when its reader was at fault', async () => {
    const dead = aDeadLetter(repaired, { code: 'poison', subject: subjects.presseroOrder('updated', ids.otherSubscriber) });
    const id = await lay(dead);
    expect(await running.request('dlq.republish', { id, preview: true })).toEqual({ id, subject: dead.subject, diff: '', valid: true, errors: [] });
    await running.request('dlq.republish', { id, actor: 'kim' });
    await waitUntil(async () => (await newestOn('PRESSERO', dead.subject)) !== null);
  });

  it('says that text is not JSON, that a subject is unknown, that a push is no message, and who is missing', async () => {
    const id = await lay(aDeadLetter(broken));
    expect(await running.request('dlq.republish', { id, body: '{"order": ', actor: 'kim' })).toMatchObject({ code: 'unreadable', error: expect.stringContaining('not JSON') });
    expect(await running.request('dlq.republish', { id, body: JSON.stringify(repaired) })).toMatchObject({ code: 'invalid', error: 'actor is missing' });
    const foreign = await lay(aDeadLetter({}, { stream: 'OTHER', subject: 'somewhere.else' }));
    expect(await running.request('dlq.republish', { id: foreign, actor: 'kim' })).toMatchObject({ code: 'unreadable', error: expect.stringContaining('nothing is known about messages on somewhere.else') });
    await running.die(aDeadPush({ provider: 'no-message' }));
    const { deadLetters: [push] } = await running.request<Page>('dlq.list', { filter: { provider: 'no-message' } });
    expect(await running.request('dlq.republish', { id: push!.id, actor: 'kim' })).toMatchObject({ code: 'conflict', error: expect.stringContaining('start a replay') });
  });

  it('is not published where it would replace a newer one', async () => {
    const account: RegistryAccount = { ...(schemas.get('registry-account')?.examples?.[0] as RegistryAccount), subscriberId: ids.subscriber, accountId: ids.west, version: 9 };
    const subject = subjects.registryAccount(ids.subscriber, ids.west);
    await publish(running.bus, { subject, type: eventTypes.registryAccount, id: 'account-9', source: 'test', data: account });
    const id = await lay(aDeadLetter({ ...account, version: 4 }, { stream: 'REGISTRY', subject, consumer: 'dispatch-registry' }));
    expect(streams.find(({ name }) => name === 'REGISTRY')?.newestPerSubject).toBe(true);
    expect(await running.request('dlq.republish', { id, actor: 'kim' })).toMatchObject({ code: 'conflict', error: expect.stringContaining('newer message') });
    expect((await newestOn('REGISTRY', subject))?.json()).toMatchObject({ version: 9 });
  });

  it('is published again when the broker lost it after it had confirmed it', async () => {
    const dead = aDeadLetter(repaired, { code: 'poison', subject: subjects.presseroOrder('placed', ids.site) });
    const id = await lay(dead);
    const snapshot = await running.nats.snapshotStore();
    // Both sides have to find the restarted broker first.
    await waitUntil(() => callRpc(running.bus, subjectOf('dlq.list'), { limit: 1 }, 500), { timeoutMs: 20_000 });
    expect(await running.request('dlq.republish', { id, actor: 'kim' })).toHaveProperty('eventId');
    await waitUntil(async () => (await newestOn('PRESSERO', dead.subject)) !== null);
    await running.nats.restoreStore(snapshot);
    await waitUntil(async () => (await newestOn('PRESSERO', dead.subject)) === null, { timeoutMs: 30_000 });
    const { db, bus } = running;
    const parts = { db, bus, log: { warn: () => undefined }, config: { OUTBOX_CHECK_MS: 0 }, wakeOutbox: () => undefined } as unknown as Parameters<typeof checkOutbox>[0];
    await waitUntil(async () => { await checkOutbox(parts); return (await newestOn('PRESSERO', dead.subject)) !== null; }, { timeoutMs: 20_000 });
    await waitUntil(async () => {
      await checkOutbox(parts);
      return (await db.query('select from outbox where kept_at is null')).rowCount === 0;
    });
  });
});
