import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { pes } from './played-terminal.ts';
import { ids, runSystem, type RunningSystem } from './running-system.ts';

let running: RunningSystem;
beforeAll(async () => { running = await runSystem(); }, 90_000);
afterAll(() => running.stop());
beforeEach(() => { running.outcome = { kind: 'accepted', providerRef: 'P-1' }; });

interface Page { pushes: Array<{ pushId: string; reference: string; state: string }>; next: string | null }

async function rejected(count: number): Promise<string[]> {
  running.outcome = { kind: 'rejected', code: 'validation', message: 'Street is missing' };
  const references = await running.orders(count, 'rejected');
  running.outcome = { kind: 'accepted', providerRef: 'P-1' };
  return references;
}

describe('pes pushes', () => {
  it('lists them by state and account, in 80 columns and as JSON, page by page', async () => {
    const references = await rejected(3);
    await running.orders(1, 'sent', ids.west);
    const { code, out } = await running.pes(['pushes', 'list', '--state', 'rejected', '--state', 'dead', '--account', 'Acme East'], { columns: 80 });
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`acme-press +\\d+ +${references[0]!} +rejected +1 +Not sent: Street`));
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const page = await running.json<Page>(['pushes', 'list', '--state', 'rejected', '--limit', '2']);
    expect(page.pushes).toHaveLength(2);
    expect(out).not.toContain('AW-');
    const rest = await running.json<Page>(['pushes', 'list', '--state', 'rejected', '--limit', '2', '--after', page.next!]);
    expect([...page.pushes, ...rest.pushes].map(({ reference }) => reference).sort()).toEqual([...references].sort());
    expect((await running.pes(['pushes', 'list', '--text', 'nothing like it'])).out).toBe('No pushes.\n');
    expect(await running.pes(['pushes', 'list', '--site', 'Main Street'])).toMatchObject({ code: 1, err: expect.stringContaining('/siteId must match') });
  });

  it('shows one by reference or id with its attempts', async () => {
    const [reference] = await rejected(1);
    const shown = await running.json<{ push: { pushId: string }; attempts: object[] }>(['pushes', 'show', reference!]);
    expect(shown).toMatchObject({ push: { reference, state: 'rejected', code: 'validation' }, attempts: [{ attempt: 1, kind: 'rejected', message: 'Street is missing' }], commands: [] });
    const { out } = await running.pes(['pushes', 'show', shown.push.pushId]);
    expect(out).toMatch(/state +rejected/);
    expect(out).toMatch(/1 +\S+Z +\d+ +rejected \(validation\) +Street is missing/);
    expect(await running.pes(['pushes', 'show', 'AE-none'])).toMatchObject({ code: 1, err: expect.stringContaining('no push has the reference AE-none') });
    expect((await running.pes(['pushes', 'show', '44444444-0000-7000-8000-999999999999'])).err).toBe('pes: there is no push 44444444-0000-7000-8000-999999999999\n');
  });

  it('retries under the same reference and says what came of it', async () => {
    const [first, second] = await rejected(2);
    const ran = await running.pes(['pushes', 'retry', first!, second!, '--note', 'address corrected', '--actor', 'sam']);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(new RegExp(`^${first!}: (queued|sending|sent)\\. `));
    await waitUntil(() => running.ledger.get(first!) === 1 && running.ledger.get(second!) === 1);
    expect(await running.json(['pushes', 'show', first!])).toMatchObject({ commands: [{ action: 'retry', actor: 'sam', note: 'address corrected' }] });
    await waitUntil(async () => (await running.json<{ push: { state: string } }>(['pushes', 'show', first!])).push.state === 'sent');
    const late = await running.pes(['pushes', 'retry', first!]);
    expect([late.code, late.err]).toEqual([1, `pes: without effect, since a push in this state is left alone: ${first!} (sent)\n`]);
  });

  it('sends as a new order only after a yes', async () => {
    const [reference] = await running.orders(1, 'sent');
    expect((await running.pes(['pushes', 'retry', reference!, '--as-new'])).code).toBe(2);
    const ran = await running.pes(['pushes', 'retry', reference!, '--as-new'], { answer: 'y' });
    expect([ran.code, ran.questions]).toEqual([0, ['Send 1 push as new orders under new references? [y/N] ']]);
    await waitUntil(() => running.ledger.get(`${reference!}-R2`) === 1);
    expect(running.ledger.get(reference!)).toBe(1);
  });

  it('resolves as sent or dismissed, after a yes, with a note', async () => {
    const [found, hopeless] = await rejected(2);
    expect((await running.pes(['pushes', 'resolve', found!, '--sent'])).code).toBe(2);
    const sent = await running.json(['pushes', 'resolve', found!, '--sent', '--provider-ref', 'P-77', '--note', 'found there', '--yes']);
    expect(sent).toMatchObject({ pushes: [{ reference: found, state: 'sent', applied: true, message: 'Marked as sent by kim: found there' }] });
    const dismissed = await running.pes(['pushes', 'resolve', hopeless!, '--dismiss'], { answer: 'y' });
    expect([dismissed.code, dismissed.out]).toEqual([0, `${hopeless!}: dismissed. Dismissed by kim.\n`]);
    expect(running.ledger.get(found!)).toBeUndefined();
  });
});

describe('pes accounts', () => {
  it('lists accounts, pauses one by name so that its queue is kept, and resumes it', async () => {
    const paused = await running.pes(['accounts', 'pause', 'acme west', '--note', 'they move house']);
    expect([paused.code, paused.out]).toEqual([0, 'Acme West is paused. 0 unsent.\n']);
    const [reference] = await running.orders(1, 'queued', ids.west);
    const { out } = await running.pes(['accounts', 'list'], { columns: 100 });
    expect(out).toMatch(/Acme East +acme-press +active +0 +0 +- +00000000ea57\n/);
    expect(out).toMatch(/Acme West +acme-press +paused +1 +0 +\d+s +000000003e57 +Paused by kim: they move/);
    expect(await running.json(['accounts', 'resume', ids.west])).toMatchObject({ account: { accountId: ids.west, operatorPaused: false } });
    await waitUntil(() => running.ledger.get(reference!) === 1);
    expect(await running.json(['accounts', 'list'])).toMatchObject({ accounts: [{ name: 'Acme East' }, { name: 'Acme West' }] });
    expect((await running.pes(['accounts', 'pause', 'Acme North'])).code).toBe(1);
  });
});

describe('pes reconcile', () => {
  const servers: Server[] = [];
  afterAll(() => { for (const server of servers) server.close(); });

  /** A simulator that knows only its ledger. */
  async function ledgerOf(answer: (path: string) => unknown): Promise<string> {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(request.url ?? '')));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('finds that the sums agree, and that the provider has every order once', async () => {
    await running.orders(2, 'sent');
    const rows = [...running.ledger].map(([orderNumber, creates]) => ({ account: orderNumber.startsWith('AE') ? ids.east : ids.west, orderNumber, creates }));
    // What somebody marked as sent is not there; take it as made by hand.
    rows.push(...(await running.json<Page>(['pushes', 'list', '--state', 'sent', '--limit', '500'])).pushes
      .filter(({ reference }) => !running.ledger.has(reference)).map(({ reference }) => ({ account: ids.east, orderNumber: reference, creates: 1 })));
    const paged = await ledgerOf((path) => (path.includes('offset=3') ? { rows: rows.slice(3), next: null } : { rows: rows.slice(0, 3), next: 3 }));
    const ran = await running.pes(['reconcile', '--ledger', paged]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/orders +ok +\d+ orders: \d+ eligible, 0 waiting/);
    expect(ran.out).toMatch(/dead letters +ok +0 dead pushes, 0 open dead letters of pushes/);
    expect(ran.out).toMatch(/ledger +ok +http\S+: \d+ sent, 0 lost, 0 duplicated/);
  });

  it('names what a provider lost or made twice and ends with 1', async () => {
    const [lost, doubled] = await running.orders(2, 'sent');
    const others = (await running.json<Page>(['pushes', 'list', '--state', 'sent', '--limit', '500'])).pushes.map(({ reference }) => reference).filter((reference) => reference !== lost);
    const ledger = await ledgerOf(() => others.map((sourceOrderId) => ({ account: 'somebody', sourceOrderId, submissions: sourceOrderId === doubled ? 2 : 1, stored: true })));
    const report = await running.json(['reconcile', '--ledger', `acme-press=${ledger}`]);
    expect(report).toMatchObject({ agree: false, ledgers: [{ lost: [lost], duplicated: [doubled], unmatched: [] }] });
    const ran = await running.pes(['reconcile', '--ledger', `acme-press=${ledger}`]);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain(`1 lost (${lost!}), 1 duplicated (${doubled!})`);
    expect(await running.pes(['reconcile', '--ledger', ledger])).toMatchObject({ code: 1, err: expect.stringContaining('accounts that are not ours (somebody)') });
    expect(await running.pes(['reconcile', '--ledger', 'http://127.0.0.1:1'])).toMatchObject({ code: 1, err: expect.stringContaining('--ledger http://127.0.0.1:1') });
  });
});

describe('pes doctor', () => {
  it('looks at every stream, consumer, connector, database and the clock, and exits with 1 where something is missing', async () => {
    const report = await running.json<{ healthy: boolean; findings: Array<{ check: string; status: string; detail: string }> }>(['doctor', '--service', `gateway=${running.gateway.url}`]);
    const of = (check: string) => report.findings.find((finding) => finding.check === check);
    expect(of('stream DEAD')).toMatchObject({ status: 'ok' });
    expect(of('consumer gateway-dead')).toMatchObject({ status: 'ok', detail: expect.stringMatching(/^lag 0, 0 being handled/) });
    expect(of('consumer connector-acme-press-push')).toMatchObject({ status: 'ok' });
    expect(of('connector acme-press')).toMatchObject({ status: 'ok', detail: expect.stringContaining('version 3.1.4') });
    expect(of('database')).toMatchObject({ status: 'ok' });
    expect(of('dead letters')).toMatchObject({ status: 'ok' });
    expect(of('clock')?.detail).toMatch(/this machine is \d+ ms/);
    expect(of('service gateway')).toMatchObject({ status: 'ok', detail: 'ready' });
    // order-eligibility is not part of this system.
    expect(of('consumer eligibility-orders')).toMatchObject({ status: 'fail', detail: 'is missing; order-eligibility makes it when it starts' });
    expect(report.healthy).toBe(false);
    const ran = await running.pes(['doctor', '--service', 'web=http://127.0.0.1:1']);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/service web +fail +http:\/\/127\.0\.0\.1:1 does not answer/);
    expect(ran.out).toMatch(/\d+ ok, \d+ warnings?, \d+ failures\n$/);
    const { streams } = running.bus.jsm;
    expect((await streams.list().next()).map(({ config: { name } }) => name).filter((name) => name.startsWith('PES_DOCTOR'))).toEqual([]);
  });
});

describe('a gateway that is not there', () => {
  it('ends with 3 and says what does not answer', async () => {
    await running.gateway.kill('SIGTERM');
    const ran = await pes(['dlq', 'list'], { natsUrl: running.natsUrl });
    expect([ran.code, ran.out]).toEqual([3, '']);
    expect(ran.err).toMatch(/^pes: the gateway does not answer dlq\.list at nats:\S+ \(.+\)\. Is it running, and is this its NATS\?\n$/);
    const doctor = await running.pes(['doctor', '--json']);
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain('the gateway does not answer sums.show');
  });
});
