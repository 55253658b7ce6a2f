import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects, validator, type InboundCall } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { waitUntil } from '@pes/testkit';
import { ids } from './fixtures.ts';
import { playProvider, type PlayedProvider } from './played-provider.ts';
import { aManifest, masterKeys, runApi, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
let provider: PlayedProvider;
let admin: string;

beforeAll(async () => {
  api = await runApi({ PUBLIC_URL: 'https://es.example.com', HOOK_MAX_KB: '8' });
  provider = playProvider(api.bus, masterKeys);
  await api.offer(aManifest({ inbound: 'hook' }), ids.subscriber);
  admin = await tokenOf();
});
afterAll(async () => {
  await provider.stop();
  await api.close();
});

/** An account and the path of its hook. */
async function hooked(): Promise<{ accountId: string; path: string }> {
  const { accountId } = await api.account();
  const made = await api.call<{ url: string }>('POST', `/api/v1/accounts/${accountId}/hook`, { token: admin });
  expect(made.body.url).toMatch(new RegExp(`^https://es\\.example\\.com/hooks/acme-press/${accountId}/[\\w-]{32}$`));
  return { accountId, path: new URL(made.body.url).pathname };
}

const call = (path: string, raw: string | Uint8Array = '{"order": 7}', headers: Record<string, string> = {}) => api.call('POST', path, { raw, headers: { 'content-type': 'application/json', ...headers } });
const workOf = (accountId: string) => api.bus.jsm.streams.getMessage('WORK', { last_by_subj: subjects.workInbound('acme-press', accountId) });

describe('a call of a provider', () => {
  it('is stored before it is answered, byte for byte, and becomes work of its connector', async () => {
    const { accountId, path } = await hooked();
    const bytes = Uint8Array.from([0, 255, 10, 13, 128]);
    const answer = await call(`${path}?event=shipped`, bytes, { 'content-type': 'application/octet-stream', 'x-signature': 'abc', cookie: 'a=b', authorization: 'Basic YTpi' });
    expect(answer.status).toBe(200);
    expect((await api.db.query('select from inbound_call where call_id = $1', [answer.body['callId']])).rowCount).toBe(1);
    const work = (await waitUntil(() => workOf(accountId))).json<InboundCall>();
    expect(validator('inbound-call')(work).ok).toBe(true);
    expect(work).toMatchObject({ callId: answer.body['callId'], query: 'event=shipped', body: Buffer.from(bytes).toString('base64'), headers: { 'x-signature': 'abc' } });
    expect(Object.keys(work.headers)).not.toEqual(expect.arrayContaining(['cookie', 'authorization']));
    expect(provider.open(work.account.sealedCredentials, work.account)).toMatchObject({ apiKey: 'key of east' });
  });

  it('that is sent again, or twenty times at once, is one call', async () => {
    const { accountId, path } = await hooked();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(path)));
    expect(new Set(answers.map(({ body }) => body['callId'])).size).toBe(1);
    const { rows } = await api.db.query<{ repeats: number }>('select repeats from inbound_call where account_id = $1', [accountId]);
    expect(rows).toEqual([{ repeats: 19 }]);
    expect((await api.db.query('select from outbox where subject = $1', [subjects.workInbound('acme-press', accountId)])).rowCount).toBe(1);
    expect((await call(path, '{"order": 8}')).body['callId']).not.toBe(answers[0]!.body['callId']);
  });

  it.each([
    ['a wrong token', (path: string) => path.replace(/.{8}$/, 'AAAAAAAA')], ['another account', (path: string) => path.replace(/[0-9a-f-]{36}/, newId())],
    ['another provider', (path: string) => path.replace('acme-press', 'other-press')],
  ])('with %s finds nothing, stores nothing and learns nothing', async (_name, change) => {
    const { path } = await hooked();
    const before = (await api.db.query('select from inbound_call')).rowCount;
    expect(await call(change(path))).toMatchObject({ status: 404, body: { detail: 'there is no such hook: copy its address from the account again' } });
    expect((await api.db.query('select from inbound_call')).rowCount).toBe(before);
  });

  it('above the cap is refused, and so is one at an address that was replaced or taken away', async () => {
    const { accountId, path } = await hooked();
    expect((await call(path, 'x'.repeat(9_000))).status).toBe(413);
    const renewed = await api.call<{ url: string }>('POST', `/api/v1/accounts/${accountId}/hook`, { token: admin });
    expect((await call(path)).status).toBe(404);
    const next = new URL(renewed.body.url).pathname;
    expect((await call(next)).status).toBe(200);
    await api.call('DELETE', `/api/v1/accounts/${accountId}/hook`, { token: admin });
    expect((await call(next)).status).toBe(404);
  });
});

describe('a provider that wants a document back', () => {
  it('gets what its connector writes, and a repeat asks with the same call', async () => {
    const { path } = await hooked();
    await api.announce(aManifest({ inbound: 'sync-reply', version: '2.0.0' }));
    await waitUntil(async () => (await call(path, '<cXML/>', { 'content-type': 'text/xml' })).text === '<ok/>');
    const again = await call(path, '<cXML/>', { 'content-type': 'text/xml' });
    expect(again.headers.get('content-type')).toBe('text/xml');
    expect(new Set(provider.calls.map(({ callId }) => callId)).size).toBe(1);
    await provider.stop();
    expect(await call(path, '<cXML/>')).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  });
});
