import { Agent, request as send } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { publish, serveRpc } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import fc from 'fast-check';
import { routes } from '../src/http/routes.ts';
import { aDeadLetter, aDeadPush, anOrderEvent, deadLetterMessage, ids } from './fixtures.ts';
import { requests, type FuzzRequest, type FuzzWorld } from './fuzz-requests.ts';
import { playProvider, type PlayedProvider } from './played-provider.ts';
import { aChange, aDecision, aWaitingDecision, say } from './read-model-fixtures.ts';
import { aManifest, masterKeys, runApi, sreToken, tokenOf, type RunningApi } from './running-api.ts';

/** A share of it in every run; FUZZ_REQUESTS=20000 for the whole. FUZZ_SEED repeats a run. */
const count = Number(process.env['FUZZ_REQUESTS'] ?? 2_500);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const concurrency = 16;

let api: RunningApi;
let provider: PlayedProvider;
let world: FuzzWorld;
const agent = new Agent({ keepAlive: true, maxSockets: concurrency });

async function keepAlive(): Promise<string[]> {
  const made = [];
  for (let n = 0; n < 4; n += 1) made.push((await api.account()).accountId);
  return made;
}

beforeAll(async () => {
  api = await runApi();
  provider = playProvider(api.bus, masterKeys);
  serveRpc(api.bus, subjects.rpcPresseroCheckAccess, async () => ({ ok: true, message: 'Yes.' }));
  serveRpc(api.bus, subjects.rpcDispatchPushes, async () => ({ pushes: [] }));
  serveRpc(api.bus, subjects.rpcDispatchLanes, async () => ({ lanes: [] }));
  serveRpc(api.bus, subjects.rpcEligibilityRedecide, async () => ({ orders: [{ result: 'eligible', reasons: [] }], next: null }));
  const manifest = aManifest({ inbound: 'sync-reply' });
  await api.offer(manifest, ids.subscriber, ids.otherSubscriber);
  const accountIds = await keepAlive();
  const siteIds = [await api.site(), await api.site()];
  const admin = await tokenOf();
  const tokens: string[] = [];
  for (const accountId of accountIds) tokens.push(((await api.call<{ url: string }>('POST', `/api/v1/accounts/${accountId}/hook`, { token: admin })).body.url).split('/').at(-1)!);
  await api.die(...Array.from({ length: 20 }, () => aDeadPush()));
  await publish(api.bus, deadLetterMessage(aDeadLetter({ order: { ...anOrderEvent().order, currency: 5 } })));
  const letterIds = await waitUntil(async () => {
    const { rows } = await api.db.query<{ id: string }>('select id from dead_letter');
    return rows.length === 21 && rows.map(({ id }) => id);
  });
  const orders = [aDecision({ siteId: siteIds[0]! }), aDecision({ siteId: siteIds[1]! }), aWaitingDecision()];
  const pushes = [aChange(orders[0]!, { state: 'dead', accountId: accountIds[0]! }), aChange(orders[0]!, { state: 'sent', accountId: accountIds[1]! }), aChange(orders[1]!, { state: 'needs-person', accountId: accountIds[0]! })];
  await say(api.bus, orders, pushes);
  await waitUntil(async () => (await api.db.query('select from read_order where placed_known')).rowCount === 3 && (await api.db.query('select from read_push')).rowCount === 3);
  const syncId = newId();
  await api.db.query(`insert into sync_run (sync_id, subscriber_id, kind, state, actor, site_ids, finished_at) values ($1, $2, 'orders', 'finished', 'kim', '{}', now())`, [syncId, ids.subscriber]);
  await api.db.query('insert into activation (site_id, account_id, subscriber_id, enabled, live, settings, version) values ($1, $2, $3, true, true, $4, 5)', [siteIds[0], accountIds[2], ids.subscriber, {}]);
  const { schemas } = manifest;
  world = {
    routes, tokens: [admin, admin, admin, await tokenOf({ roles: ['operator'] }), await tokenOf({ subscriberId: ids.otherSubscriber }), await sreToken(), await sreToken()],
    known: { accountId: accountIds, siteId: siteIds, entityId: [newId(), newId()], letterId: letterIds, replayId: [newId()], orderId: orders.map(({ orderId }) => orderId), pushId: pushes.map(({ pushId }) => pushId!), syncId: [syncId], subscriberId: [ids.subscriber, ids.otherSubscriber], provider: ['acme-press', 'nobody'], token: tokens },
    forms: { settings: schemas.accountSettings, credentials: schemas.credentials },
  };
});
afterAll(async () => {
  agent.destroy();
  await provider.stop();
  await api.close();
});

function wire(asked: FuzzRequest): Promise<{ status: number; text: string; type: string | undefined }> {
  const { method, path, headers, body } = asked;
  const { hostname, port } = new URL(api.url);
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = send({ hostname, port, method, path, headers: { ...headers, ...length }, agent }, (response) => {
      const type = response.headers['content-type'];
      if (type?.startsWith('text/event-stream') === true) {
        response.destroy();
        return resolve({ status: response.statusCode ?? 0, text: '', type });
      }
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).on('error', reject)
        .on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8'), type: response.headers['content-type'] }));
    });
    // A body above the cap: the answer may come, and the connection go, while it is still being sent.
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const lost = ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      if (lost && (body?.length ?? 0) > 200_000) return resolve({ status: 413, text: '', type: undefined });
      // The server had closed the connection when the request went out on it.
      if (lost && sent.reusedSocket) return resolve(wire(asked));
      reject(error);
    });
    sent.end(body);
  });
}

const stack = /\n\s+at |node_modules|\.ts:\d+|pg-pool|SyntaxError|TypeError/;

/** What is wrong with an answer, or undefined. */
function wrongWith(asked: FuzzRequest, { status, text, type }: { status: number; text: string; type: string | undefined }): string | undefined {
  if (status >= 500 || status === 0) return 'it failed';
  if (status >= 400 && stack.test(text)) return 'it holds a stack';
  if (text === '' || ['HEAD', 'OPTIONS', 'TRACE'].includes(asked.method)) return undefined;
  if (status >= 400 && type !== 'application/problem+json; charset=utf-8') return 'it is no problem document';
  return undocumented(asked, { status, text, type });
}

function undocumented(asked: FuzzRequest, { status, text, type }: { status: number; text: string; type: string | undefined }): string | undefined {
  const documented = api.check.complaint({ method: asked.method, path: asked.path, status, contentType: type, body: type?.includes('json') === true ? JSON.parse(text) : text });
  // Other methods, and paths that an empty id turned into others.
  return documented?.endsWith('is not in the document') === true ? undefined : documented;
}

async function complaintOf(asked: FuzzRequest): Promise<string | undefined> {
  const answer = await wire(asked);
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  const wrong = wrongWith(asked, answer);
  return wrong === undefined ? undefined : `${wrong}: ${asked.method} ${asked.path.slice(0, 300)} ${JSON.stringify(asked.headers).slice(0, 300)} ${String(asked.body).slice(0, 300)} → ${answer.status} ${answer.text.slice(0, 500)}`;
}

const statuses = new Map<number, number>();

describe(`${count} requests that fit the schemas, or nearly, or not at all`, () => {
  it(`get documented answers, none of 500 and above, none with a stack (FUZZ_SEED=${seed})`, async () => {
    const all = fc.sample(requests(world), { numRuns: count, seed });
    const complaints: string[] = [];
    let next = 0;
    await Promise.all(Array.from({ length: concurrency }, async () => {
      for (let asked = all[next++]; asked !== undefined && complaints.length < 10; asked = all[next++]) {
        const complaint = await complaintOf(asked);
        if (complaint !== undefined) complaints.push(complaint);
      }
    }));
    expect(complaints).toEqual([]);
    // The run is worth something only when many requests got through the checks of their input.
    const done = [200, 201, 202, 204].reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0);
    expect(done).toBeGreaterThan(count / 10);
  }, 600_000);
});
