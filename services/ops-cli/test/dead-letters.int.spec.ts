import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { schemas, subjects, type PresseroOrderEvent } from '@pes/contracts';
import { setAside } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { ids, runSystem, type RunningSystem } from './running-system.ts';

interface Page { deadLetters: Array<{ id: string; reference: string | null; status: string; pushId: string | null }>; total: number; next: string | null }
interface Started { replay: { id: string; state: string; counts: Record<string, number> } }

let running: RunningSystem;
let folder: string;
beforeAll(async () => {
  running = await runSystem();
  folder = await mkdtemp(join(tmpdir(), 'pes-test-'));
}, 90_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await running.stop();
});
beforeEach(() => { running.outcome = { kind: 'accepted', providerRef: 'P-1' }; });

/** Pushes that are dead, with their dead letters. */
async function dead(count: number): Promise<string[]> {
  running.outcome = { kind: 'rejected', code: 'validation', message: 'Street is missing' };
  const references = await running.orders(count, 'rejected');
  await running.kill(references);
  running.outcome = { kind: 'accepted', providerRef: 'P-1' };
  return references;
}
const letterOf = async (text: string): Promise<Page['deadLetters'][number]> => (await running.json<Page>(['dlq', 'list', '--status', 'all', '--text', text])).deadLetters[0]!;

const event: PresseroOrderEvent = structuredClone(schemas.get('pressero-order-event')?.examples?.[0]) as PresseroOrderEvent;
let sequence = 0;

/** A message that nobody can read, set aside as a service would. */
async function unreadable(): Promise<string> {
  sequence += 1;
  const broken = { order: { ...event.order, currency: 840, orderNumber: 300 + sequence } };
  await setAside(running.bus, {
    consumer: 'eligibility-orders', stream: 'PRESSERO', streamSequence: sequence, subject: subjects.presseroOrder('placed', ids.subscriber), headers: { 'ce-id': `event-${sequence}` },
    body: Buffer.from(JSON.stringify(broken)), deliveries: 1, publishedAtMs: Date.now(), code: 'schema_violation', errors: ['/order/currency must be string'],
  }, Date.now());
  return waitUntil(async () => (await running.json<Page>(['dlq', 'list', '--kind', 'message', '--text', String(300 + sequence)])).deadLetters[0]?.id);
}

describe('pes dlq list and show', () => {
  it('show dead letters to people in 80 columns and to scripts as JSON, with the page that follows', async () => {
    const [first, second] = await dead(2);
    const { code, out } = await running.pes(['dlq', 'list', '--provider', 'acme-press', '--since', '1h'], { columns: 80 });
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^AGE\s+PROVIDER\s+ORDER\s+WHAT\s+CODE\s+STATUS\s+ID$/);
    expect(out).toMatch(new RegExp(`acme-press +\\d+ +${first!} +attempts_ex\\w*… +open +[0-9a-f]{12}|acme-press +\\d+ +${first!} +attempts_exhausted +open +[0-9a-f]{12}`));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const page = await running.json<Page>(['dlq', 'list', '--account', 'acme east', '--limit', '1']);
    expect(page).toMatchObject({ total: 2, deadLetters: [{ reference: expect.any(String) }], next: expect.any(String) });
    const rest = await running.json<Page>(['dlq', 'list', '--account', ids.east, '--limit', '1', '--after', page.next!]);
    expect(new Set([page, rest].map(({ deadLetters: [letter] }) => letter?.reference))).toEqual(new Set([first, second]));
    expect((await running.pes(['dlq', 'list', '--limit', '1'])).out).toContain('2 dead letters; go on with --after ');
    expect((await running.pes(['dlq', 'list', '--code', 'auth'])).out).toBe('No dead letters.\n');
  });

  it('show one with body, risk and origin, by the short id of the table', async () => {
    const id = await unreadable();
    const { code, out } = await running.pes(['dlq', 'show', id.slice(-12)]);
    expect(code).toBe(0);
    expect(out).toMatch(/^id +[0-9a-f-]{36}\nstatus +open\nwhat +message/);
    expect(out).toMatch(/errors +\/order\/currency must be string\norigin +eligibility-orders/);
    expect(out).toContain('    "currency": 840,');
    expect(await running.json(['dlq', 'show', id])).toMatchObject({ deadLetter: { id, headers: { 'ce-id': `event-${sequence}` } }, history: [] });
  });

  it('end with 1 and the reason when there is no such dead letter, as JSON for scripts', async () => {
    const { code, out, err } = await running.pes(['dlq', 'show', '000000000000']);
    expect([code, out, err]).toEqual([1, '', 'pes: there is no dead letter 000000000000\n']);
    const json = await running.pes(['dlq', 'show', 'nonsense', '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.err)).toMatchObject({ code: 'invalid', error: expect.stringMatching(/^id must match pattern/) });
    expect((await running.pes(['dlq', 'list', '--account', 'Acme North'])).err).toBe('pes: no account is called Acme North: pes accounts list shows them\n');
  });
});

describe('pes dlq replay', () => {
  it('shows the dry run, asks, does nothing on no, and refuses where nobody can answer', async () => {
    const [reference] = await dead(1);
    const no = await running.pes(['dlq', 'replay', '--text', reference!], { answer: 'n' });
    expect([no.code, no.out]).toEqual([2, '']);
    expect(no.err).toMatch(/would replay +1 of 1 open dead letter\n.*duplicate risk +0 same key, 1 looked up first, 0 unknown/s);
    expect(no.questions).toEqual(['Replay 1 dead letter at 20 a second per account? [y/N] ']);
    const script = await running.pes(['dlq', 'replay', '--text', reference!]);
    expect([script.code, script.out]).toEqual([2, '']);
    expect(script.err).toContain('Nobody can answer here: add --yes to go ahead.');
    const dry = await running.json(['dlq', 'replay', '--text', reference!, '--dry-run']);
    expect(dry).toMatchObject({ total: 1, willReplay: 1, byCode: [{ code: 'attempts_exhausted', count: 1 }], sample: [{ reference }] });
    expect((await letterOf(reference!)).status).toBe('open');
  });

  it('replays after a yes, follows the job to its end and leaves one order at the provider', async () => {
    const references = await dead(3);
    const letterIds = await Promise.all(references.map(async (reference) => (await letterOf(reference)).id));
    const ran = await running.pes(['dlq', 'replay', ...letterIds, '--velocity', '50', '--note', 'provider is back', '--wait'], { answer: 'yes' });
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/finished: 3 of 3 sent, 3 succeeded, 0 failed, 0 skipped/);
    expect(ran.out).toMatch(/state +finished\nprogress +3 of 3 sent: 3 succeeded, 0 failed; 0 skipped/);
    expect(references.map((reference) => running.ledger.get(reference))).toEqual([1, 1, 1]);
    await waitUntil(async () => (await letterOf(references[0]!)).status === 'resolved');
    expect((await running.pes(['audit', '--action', 'replay.start', '--limit', '1'])).out).toMatch(/kim +replay\.start +replay [0-9a-f-]{36} +provider is back/);
  });

  it('makes new orders under new references when that is asked for', async () => {
    const [reference] = await dead(1);
    const ran = await running.pes(['dlq', 'replay', (await letterOf(reference!)).id.slice(-12), '--as-new', '--wait', '--actor', 'sam'], { answer: 'y' });
    expect(ran.questions[0]).toMatch(/^Make 1 NEW order at the providers/);
    expect(ran.code).toBe(0);
    expect([running.ledger.get(reference!), running.ledger.get(`${reference!}-R2`)]).toEqual([undefined, 1]);
  });

  it('ends with 1 when items failed', async () => {
    const [reference] = await dead(1);
    running.outcome = { kind: 'rejected', code: 'validation', message: 'Street is missing' };
    const ran = await running.pes(['dlq', 'replay', '--text', reference!, '--yes', '--wait']);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/reasons +1 failed: validation/);
  });

  it('says that nothing fits', async () => {
    expect(await running.pes(['dlq', 'replay', '--text', 'no such thing', '--yes'])).toMatchObject({ code: 0, out: 'No open dead letter fits.\n' });
  });
});

describe('pes replays', () => {
  it('are listed, shown, paused, resumed and cancelled', async () => {
    const references = await dead(8);
    const { replay: { id } } = await running.json<Started>(['dlq', 'replay', '--since', '1h', '--text', 'all 8 attempts', '--velocity', '2', '--yes', '--note', 'slowly']);
    const paused = await running.pes(['replays', 'pause', id.slice(-12), '--note', 'wait for the provider']);
    expect(paused.code).toBe(0);
    expect(paused.out).toMatch(/state +paused\nwhy +Paused by kim: wait for the provider/);
    expect(await running.pes(['replays', 'pause', id])).toMatchObject({ code: 1, err: expect.stringContaining('is paused; it must be running') });
    const list = await running.pes(['replays', 'list', '--state', 'paused', '--state', 'running'], { columns: 80 });
    expect(list.out).toMatch(new RegExp(`paused +\\d+ +\\d+ +\\d+ +\\d+ +\\d+ +kim +${id.slice(-12)}`));
    expect(await running.json(['replays', 'list', '--state', 'paused'])).toMatchObject({ replays: [{ id, state: 'paused' }], next: null });
    expect(await running.json<Started>(['replays', 'resume', id])).toMatchObject({ replay: { id, state: 'running' } });
    expect((await running.pes(['replays', 'cancel', id])).out).toMatch(/state +cancelled/);
    const shown = await running.pes(['replays', 'show', id]);
    expect([shown.code, /\d+ skipped: The replay was cancelled\./.test(shown.out)]).toEqual([0, true]);
    expect((await running.pes(['replays', 'show', id, '--wait'])).code).toBe(1);
    expect((await running.pes(['replays', 'resume', id])).code).toBe(1);
    expect((await running.pes(['replays', 'show', '0123456789ab'])).err).toBe('pes: there is no replay 0123456789ab\n');
    expect(references.length).toBe(8);
  });
});

describe('pes dlq discard', () => {
  it('asks, wants a note, dismisses the push, and says what was not open', async () => {
    const [reference] = await dead(1);
    const { id } = await letterOf(reference!);
    expect((await running.pes(['dlq', 'discard', id, '--note', 'test order'], { answer: 'no' })).code).toBe(2);
    const done = await running.pes(['dlq', 'discard', id.slice(-12), '--note', 'test order'], { answer: 'y' });
    expect([done.code, done.out]).toEqual([0, 'Discarded 1 dead letter.\n']);
    await waitUntil(async () => /state +dismissed/.test((await running.pes(['pushes', 'show', reference!])).out));
    const again = await running.pes(['dlq', 'discard', id, '--note', 'again', '--yes', '--json']);
    expect(again.code).toBe(1);
    expect(JSON.parse(again.out)).toEqual({ discarded: [], notOpen: [{ id, status: 'discarded' }] });
    expect(JSON.parse(again.err)).toMatchObject({ code: 'conflict', error: expect.stringContaining('(discarded)') });
  });
});

describe('pes dlq edit', () => {
  it('shows the difference, refuses what still cannot be read and keeps it, and publishes what can', async () => {
    const id = await unreadable();
    const edit = (from: string, to: string) => async (path: string): Promise<void> => writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
    const refused = await running.pes(['dlq', 'edit', id], { answer: 'y', edit: edit('"currency": 840', '"currency": false') });
    expect([refused.code, refused.questions]).toEqual([1, []]);
    expect(refused.err).toMatch(/- {4}"currency": 840,\n\+ {4}"currency": false,/);
    expect(refused.err).toMatch(/would still not be read\. Correct \S+ and run: pes dlq edit [0-9a-f-]+ --file \S+\n {2}\/order\/currency must be string\n/);
    const path = /--file (\S+)/.exec(refused.err)![1]!;
    await edit('"currency": false', '"currency": "USD"')(path);
    const done = await running.pes(['dlq', 'edit', id, '--file', path, '--note', 'by name'], { answer: 'y' });
    expect(done.questions).toEqual([`Publish it to pressero.order.placed.${ids.subscriber}? [y/N] `]);
    expect(done.err).toContain('+    "currency": "USD",');
    expect(done.out).toMatch(/^Published to pressero\.order\.placed\.\S+ as event [0-9a-f-]{36}\.\n$/);
    await waitUntil(async () => {
      const newest = await running.bus.jsm.streams.getMessage('PRESSERO', { last_by_subj: `pressero.order.placed.${ids.subscriber}` });
      return newest?.json<PresseroOrderEvent>().order.orderNumber === 300 + sequence;
    });
    expect((await running.pes(['dlq', 'show', id])).out).toMatch(/status +replayed.*history +\S+ kim dlq\.republish: by name/s);
    await rm(join(path, '..'), { recursive: true });
  });

  it('works for scripts with a file and --yes, and is refused without one', async () => {
    const id = await unreadable();
    const path = join(folder, 'edited.json');
    await writeFile(path, JSON.stringify(event));
    expect(await running.pes(['dlq', 'edit', id])).toMatchObject({ code: 2, err: expect.stringContaining('--file <path>') });
    expect(await running.pes(['dlq', 'edit', id, '--file', path])).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
    expect(await running.json(['dlq', 'edit', id, '--file', path, '--yes'])).toMatchObject({ id, eventId: expect.any(String), subject: expect.any(String) });
  });
});
