import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { streams } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { freePort, spawnProcess, waitUntil, type SpawnedProcess } from '@pes/testkit';
import { ids } from './fixtures.ts';
import { playProvider } from './played-provider.ts';
import { aManifest, masterKeys, runApi, secret, tokenOf, type RunningApi } from './running-api.ts';

const canary = `canary-${randomBytes(18).toString('base64url')}`;
/** As it may look in a log, a URL, a header or a body. */
const spellings = [canary, encodeURIComponent(canary), Buffer.from(canary).toString('base64').replaceAll('=', ''), Buffer.from(canary).toString('base64url'), Buffer.from(canary).toString('hex'), [...canary].reverse().join('')];

let api: RunningApi;
let gateway: SpawnedProcess;
let url: string;
const answers: string[] = [];

/** Against a gateway of its own process, whose whole log is kept. */
async function call(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; json: Record<string, unknown> }> {
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${url}${path}`, { method, body: body === undefined ? null : sent, headers: { authorization: `Bearer ${await tokenOf()}`, 'content-type': 'application/json', ...headers } });
  const text = await response.text();
  answers.push(JSON.stringify([...response.headers]), text);
  return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) as Record<string, unknown> : {} };
}

beforeAll(async () => {
  api = await runApi();
  await api.offer(aManifest({ inbound: 'hook' }), ids.subscriber);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  gateway = await spawnProcess({
    entry: fileURLToPath(new URL('../src/main.ts', import.meta.url)),
    env: { NATS_URL: api.nats.url, DATABASE_URL: api.databaseUrl, STREAM_STORAGE_MB: '512', LOG_LEVEL: 'trace', API_PORT: String(port), AUTH_SECRET: secret, MASTER_KEYS: masterKeys },
  });
  await gateway.ready(60_000);
});
afterAll(async () => {
  await gateway.stop();
  await api.close();
});

describe('a secret that was entered', () => {
  it('is in no answer, log line, table, stream or dead letter afterwards, whatever became of the request', async () => {
    const provider = playProvider(api.bus, masterKeys);
    const credentials = { apiKey: canary, apiSecret: canary };
    const body = (changes: object = {}) => ({ provider: 'acme-press', name: 'Acme', adminUser: 'ops@example.com', referencePrefix: `C${newId().slice(-9)}`, settings: { factory: 'East', defaultCarrier: 'van' }, credentials, ...changes });

    const made = await call('POST', '/api/v1/accounts', body(), { 'idempotency-key': newId() });
    expect(made.status).toBe(201);
    const path = `/api/v1/accounts/${String(made.json['accountId'])}`;
    const changed = await call('PATCH', path, { credentials }, { 'if-match': `"${String(made.json['version'])}"` });
    expect(changed.status).toBe(200);
    provider.check = () => ({ ok: false, code: 'auth', field: 'apiKey', message: 'not known' });
    await call('POST', `${path}/check`, undefined);
    await call('POST', '/api/v1/account-checks', { provider: 'acme-press', settings: {}, credentials });
    await call('GET', path, undefined);
    await call('GET', '/api/v1/accounts', undefined);
    await call('GET', '/api/v1/audit', undefined);
    const broken = [
      body({ credentials: { apiKey: canary } }), body({ credentials: { apiKey: [canary], apiSecret: { canary } } }), body({ credentials: { ...credentials, [canary]: canary } }), body({ credentials: canary }),
      body({ credentials: [canary] }), body({ credentials: { apiKey: canary, apiSecret: ` ${canary}` } }), body({ credentials: { apiKey: `${canary}\0`, apiSecret: canary } }), body({ credentials: { apiKey: canary.repeat(20), apiSecret: canary } }),
      body({ provider: 'nobody' }), body({ settings: { colour: 1 } }), body({ name: '' }), `{"credentials": {"apiKey": "${canary}"`, `{"credentials": {"apiKey": "${canary}", }}`, canary, `"${canary}"`, { ...body(), extra: canary },
    ];
    for (const one of broken) expect((await call('POST', '/api/v1/accounts', one)).status).toBeGreaterThanOrEqual(400);
    for (const one of broken) await call('PATCH', path, one, { 'if-match': `"${String(changed.json['version'])}"` });
    await call('POST', '/api/v1/accounts', body(), { 'content-type': 'text/plain' });
    // Even a database that fails must not quote it.
    await api.db.query('alter table account rename to account_gone');
    expect((await call('POST', '/api/v1/accounts', body())).status).toBe(500);
    expect((await call('PATCH', path, { credentials }, { 'if-match': '"1"' })).status).toBe(500);
    await api.db.query('alter table account_gone rename to account');
    await provider.stop();

    const places: Array<[string, string]> = [['answers', answers.join('\n')], ['log', await gateway.log()]];
    const { rows: tables } = await api.db.query<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = 'gateway'`);
    for (const { name } of tables) places.push([`table ${name}`, JSON.stringify((await api.db.query(`select * from ${name}`)).rows)]);
    await waitUntil(async () => (await api.db.query('select from outbox where published_at is null')).rowCount === 0);
    for (const { name } of streams) places.push([`stream ${name}`, await streamText(name)]);
    // The search finds what is there: otherwise it would prove nothing.
    expect(places.find(([place]) => place === 'stream REGISTRY')?.[1]).toContain(String(made.json['accountId']));
    expect(places.find(([place]) => place === 'log')?.[1]).toContain('createAccount');
    expect(places.filter(([, text]) => spellings.some((spelling) => text.includes(spelling))).map(([place]) => place)).toEqual([]);
  });
});

async function streamText(name: string): Promise<string> {
  const { state } = await api.bus.jsm.streams.info(name);
  const texts: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && seq > 0; seq += 1) {
    const message = await api.bus.jsm.streams.getMessage(name, { seq });
    if (message !== null) texts.push(`${message.subject} ${JSON.stringify([...message.header].map(([key, values]) => [key, values]))} ${message.string()}`);
  }
  return texts.join('\n');
}
