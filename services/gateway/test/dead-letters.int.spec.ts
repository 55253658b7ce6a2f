import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { publish, publishAll } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { compareDead } from '../src/entry-points/compare-dead.ts';
import { aDeadLetter, aDeadPush, anOrderEvent, deadLetterMessage, deadPushMessage, ids } from './fixtures.ts';
import { runGateway, type RunningGateway } from './running-gateway.ts';

interface Letter { id: string; kind: string; status: string; statusNote: string | null; code: string; pushId: string | null; orderNumber: number | null; subject: string; [key: string]: unknown }
interface Page { deadLetters: Letter[]; total: number; next: string | null }

let running: RunningGateway;
beforeAll(async () => { running = await runGateway({ COMPARE_DEAD_MS: '600000', COMPARE_SLACK_MS: '0' }); });
afterAll(() => running.close());

const list = (filter: object, page: object = {}): Promise<Page> => running.request<Page>('dlq.list', { filter, ...page });
const stored = (text: string, count = 1) => waitUntil(async () => {
  const page = await list({ text });
  return page.deadLetters.length === count && page;
}, { what: `${count} dead letters with ${text}` });

describe('dead letters', () => {
  it('stores a dead push once, however often and in whatever company it is told', async () => {
    const push = aDeadPush({ reference: 'ONCE-1' });
    await running.die(push);
    // Other ids, so that the broker does not drop the repeats.
    await publishAll(running.bus, [1, 2, 3].map((n) => ({ ...deadPushMessage(push), id: newId() + String(n) })));
    await running.die(aDeadPush({ reference: 'ONCE-2' }));
    const { deadLetters } = await stored('once-1');
    expect(deadLetters[0]).toMatchObject({
      kind: 'push', status: 'open', code: 'attempts_exhausted', pushId: push.pushId, reference: 'ONCE-1', provider: 'acme-press', accountId: ids.east, siteId: ids.site,
      subscriberId: ids.subscriber, attempts: 8, duplicateRisk: 'looked-up', firstAt: push.firstAttemptAt, lastAt: push.lastAttemptAt, consumer: 'push-dispatch',
    });
  });

  it('stores an unreadable message whole, with its reason, its origin and what its body says about the order', async () => {
    const body = { order: { ...anOrderEvent().order, currency: 12, orderNumber: 88_001 } };
    const dead = aDeadLetter(body, { errors: ['/order/currency must be string (case a)'] });
    await publish(running.bus, deadLetterMessage(dead));
    const { deadLetters: [letter] } = await stored('case a');
    expect(letter).toMatchObject({
      kind: 'message', code: 'schema_violation', message: 'The message breaks its schema.', errors: dead.errors, subscriberId: ids.subscriber, siteId: ids.site, orderNumber: 88_001,
      consumer: 'eligibility-orders', subject: dead.subject, stream: 'PRESSERO', streamSequence: dead.streamSequence, attempts: 1,
    });
    const shown = await running.request<{ deadLetter: { body: string; bodyBytes: number; headers: object } }>('dlq.show', { id: letter!.id.slice(-12) });
    expect(JSON.parse(shown.deadLetter.body)).toEqual(body);
    expect(shown.deadLetter.headers).toEqual(dead.headers);
  });

  it('shows a body that was compressed on its way', async () => {
    const body = gzipSync(JSON.stringify({ order: 'a long one' })).toString('base64');
    await publish(running.bus, deadLetterMessage(aDeadLetter('', { body, encoding: 'gzip-base64', errors: ['compressed case'] })));
    const { deadLetters: [letter] } = await stored('compressed case');
    expect(await running.request('dlq.show', { id: letter!.id })).toMatchObject({ deadLetter: { body: '{\n  "order": "a long one"\n}' } });
  });

  it('keeps a message in DEAD that is itself no dead letter, once, instead of setting it aside again for ever', async () => {
    await publish(running.bus, { subject: 'dead.someone.else.entirely', type: eventTypes.deadLetter, id: newId(), source: 'test', data: 'not even JSON \u0000' });
    const { deadLetters: [letter] } = await stored('dead.someone.else.entirely');
    expect(letter).toMatchObject({ kind: 'message', code: 'not_json', consumer: 'gateway-dead', stream: 'DEAD' });
    await running.die(aDeadPush());
    expect((await list({ consumer: 'gateway-dead' })).total).toBe(1);
  });

  it('stores texts that PostgreSQL cannot hold as they are', async () => {
    await publish(running.bus, deadLetterMessage(aDeadLetter('{}', { errors: ['/order/a\u0000b nul case \ud800 must be string'] })));
    const { deadLetters: [letter] } = await stored('nul case');
    expect(letter?.['errors']).toEqual(['/order/a\uFFFDb nul case \uFFFD must be string']);
  });

  it('finds by every filter, and by several together', async () => {
    const push = aDeadPush({
      provider: 'filter-co', accountId: ids.west, siteId: ids.otherSite, subscriberId: ids.otherSubscriber, code: 'auth', reference: 'FLT-9', orderNumber: 909_090,
      message: 'Not sent: 100% of the_keys were refused', lastAttemptAt: '2026-02-03T04:05:06.000Z', firstAttemptAt: '2026-02-03T01:00:00.000Z',
    });
    await running.die(push, aDeadPush({ message: 'Not sent: 1000 of the keys were refused' }));
    const only = async (filter: object): Promise<void> => {
      expect((await list(filter)).deadLetters.map(({ pushId }) => pushId)).toEqual([push.pushId]);
    };
    const [letter] = (await list({ provider: 'filter-co' })).deadLetters;
    await only({ ids: [letter!.id] });
    await only({ ids: [letter!.id.slice(-12)] });
    await only({ provider: 'filter-co', kind: 'push' });
    await only({ accountId: ids.west });
    await only({ siteId: ids.otherSite });
    await only({ subscriberId: ids.otherSubscriber });
    await only({ code: 'auth' });
    await only({ from: '2026-02-03T04:05:06.000Z', to: '2026-02-03T04:05:06.001Z' });
    await only({ text: 'flt-9' });
    await only({ text: '909090' });
    await only({ text: '100% of the_keys' });
    await only({ text: 'dead.push-dispatch.push.filter-co' });
    await only({ provider: 'filter-co', status: 'open', consumer: 'push-dispatch' });
    expect((await list({ provider: 'filter-co', kind: 'message' })).total).toBe(0);
    expect((await list({ provider: 'filter-co', status: 'resolved' })).total).toBe(0);
    expect((await list({ to: '2026-02-03T04:05:06.000Z' })).total).toBe(0);
  });

  it('walks pages from the latest death to the first, none left out or told twice', async () => {
    const pushes = Array.from({ length: 7 }, (_, n) => aDeadPush({ provider: 'pages-inc', lastAttemptAt: `2026-06-0${(n % 3) + 1}T00:00:00.000Z` }));
    await running.die(...pushes);
    const seen: Letter[] = [];
    for (let after: string | null | undefined = undefined; after !== null;) {
      const page: Page = await list({ provider: 'pages-inc' }, { limit: 3, ...(after !== undefined && { after }) });
      seen.push(...page.deadLetters);
      after = page.next;
    }
    expect(new Set(seen.map(({ pushId }) => pushId))).toEqual(new Set(pushes.map(({ pushId }) => pushId)));
    expect(seen).toHaveLength(7);
    expect(seen.map(({ lastAt }) => String(lastAt))).toEqual(seen.map(({ lastAt }) => String(lastAt)).sort().reverse());
  });

  it.each([['sent', 'resolved'], ['dismissed', 'resolved'], ['queued', 'replayed'], ['rejected', 'replayed']] as const)(
    'when the push becomes %s its dead letter becomes %s', async (state, status) => {
      const push = aDeadPush({ provider: `moves-${state}` });
      await running.die(push);
      await running.dispatch.move(push.pushId, state);
      await waitUntil(async () => (await list({ provider: `moves-${state}` })).deadLetters[0]?.status === status);
    },
  );

  it('opens another one when a push dies again, and never has two open for one push', async () => {
    const push = aDeadPush({ provider: 'again-ltd' });
    await running.die(push);
    await running.die({ ...push, revision: 25 });
    // Told late: an older death than the newest.
    await running.die({ ...push, revision: 21 });
    const { deadLetters } = await list({ provider: 'again-ltd' });
    expect(deadLetters.map(({ status, revision }) => `${String(revision)} ${status}`).sort()).toEqual(['17 replayed', '21 replayed', '25 open']);
  });

  it('stores from push-dispatch what no message told, and closes what is not dead there any more', async () => {
    const untold = Array.from({ length: 230 }, () => aDeadPush({ provider: 'untold-co' }));
    running.dispatch.add(...untold);
    const revived = aDeadPush({ provider: 'revived-co' });
    await running.die(revived);
    running.dispatch.pushes.delete(revived.pushId);
    const internals = gatewayParts();
    expect(await compareDead(internals)).toMatchObject({ stored: 230 });
    expect((await list({ provider: 'untold-co', status: 'open' })).total).toBe(230);
    expect((await list({ provider: 'revived-co' })).deadLetters[0]).toMatchObject({ status: 'resolved', statusNote: 'Found not to be dead any more.' });
    expect(await compareDead(internals)).toEqual({ complete: true, stored: 0, closed: 0, reopened: 0 });
  });

  it('opens again what counts as dealt with although its push is as dead as it was', async () => {
    const push = aDeadPush({ provider: 'stuck-co' });
    await running.die(push);
    await running.db.query(`update dead_letter set status = 'replayed' where provider = 'stuck-co'`);
    expect(await compareDead(gatewayParts())).toMatchObject({ reopened: 1 });
    expect((await list({ provider: 'stuck-co' })).deadLetters[0]).toMatchObject({ status: 'open', statusNote: 'Still dead in push-dispatch.' });
  });

  it('loses nothing when the DEAD stream falls back to an older copy of itself', async () => {
    const snapshot = await running.nats.snapshotStore();
    const push = aDeadPush({ provider: 'rewound-co' });
    running.dispatch.add(push);
    await waitUntil(() => publish(running.bus, deadPushMessage(push)));
    await running.stop();
    await running.db.query('delete from dead_letter where provider = $1', ['rewound-co']);
    await running.nats.restoreStore(snapshot);
    await running.start();
    await waitUntil(async () => (await list({ provider: 'rewound-co', status: 'open' })).total === 1, { timeoutMs: 40_000 });
  });

  it('discards with a note: a message is off the list, a push is dismissed in push-dispatch as well', async () => {
    const push = aDeadPush({ provider: 'discard-co' });
    await running.die(push);
    await publish(running.bus, deadLetterMessage(aDeadLetter('{}', { errors: ['discard case'] })));
    await stored('discard case');
    const letters = [...(await list({ provider: 'discard-co' })).deadLetters, ...(await list({ text: 'discard case' })).deadLetters].map(({ id }) => id);
    expect(await running.request('dlq.discard', { ids: letters, note: 'The shop closed.', actor: 'kim' })).toEqual({ discarded: expect.arrayContaining(letters), notOpen: [] });
    await waitUntil(() => running.dispatch.pushes.get(push.pushId)?.state === 'dismissed');
    expect(running.dispatch.commands.at(-1)).toMatchObject({ action: 'dismiss', pushIds: [push.pushId], note: 'The shop closed.', actor: 'kim' });
    expect((await list({ ids: letters })).deadLetters.map(({ status }) => status)).toEqual(['discarded', 'discarded']);
    expect(await running.request('dlq.discard', { ids: letters.slice(0, 1), note: 'again', actor: 'kim' })).toMatchObject({ discarded: [], notOpen: [{ status: 'discarded' }] });
    const { history } = await running.request<{ history: object[] }>('dlq.show', { id: letters[0] });
    expect(history).toMatchObject([{ actor: 'kim', action: 'dlq.discard', note: 'The shop closed.' }]);
  });

  it('shows many large dead letters in one page, each shortened, and one of them whole', async () => {
    const errors = Array.from({ length: 50 }, (_, n) => `large case ${n} ${'e'.repeat(900)}`);
    await publishAll(running.bus, Array.from({ length: 60 }, () => deadLetterMessage(aDeadLetter('{}', { errors }))));
    const page = await waitUntil(async () => {
      const found = await list({ text: 'large case' }, { limit: 500 });
      return found.deadLetters.length === 60 && found;
    }, { what: 'large dead letters' });
    expect(JSON.stringify(page).length).toBeLessThan(60 * 2_000);
    expect(await running.request('dlq.show', { id: page.deadLetters[0]!.id })).toMatchObject({ deadLetter: { errors } });
  });

  it('names every wrong field and what is known instead', async () => {
    expect(await running.request('dlq.list', { filter: { provder: 'x', kind: 'pushes', from: 'yesterday' }, limit: 0 })).toEqual({
      code: 'invalid', error: expect.any(String),
      errors: expect.arrayContaining([
        expect.stringMatching(/^filter\.provder is not known; known are ids, kind, status/), 'filter.kind must be one of push, message',
        expect.stringMatching(/^filter\.from must match pattern/), 'limit must be >= 1',
      ]),
    });
    expect(await running.request('dlq.discard', { ids: ['00000000-0000-7000-8000-000000000000'], note: 'x', actor: 'kim' })).toMatchObject({ code: 'not_found' });
    expect(await running.request('dlq.show', {})).toMatchObject({ code: 'invalid', error: 'id is missing' });
  });
});

/** What compareDead works with, without the service around it. */
function gatewayParts(): Parameters<typeof compareDead>[0] {
  const quiet = { info: () => undefined, warn: () => undefined };
  return {
    db: running.db, bus: running.bus, log: quiet, config: { COMPARE_SLACK_MS: 0 }, metrics: { letters: { inc: () => undefined } },
  } as unknown as Parameters<typeof compareDead>[0];
}

