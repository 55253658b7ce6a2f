import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { ids } from './fixtures.ts';
import { pushesOf, replayProbe, type ReplayProbe } from './replay-probe.ts';
import { runGateway, type RunningGateway } from './running-gateway.ts';

let running: RunningGateway;
let probe: ReplayProbe;
beforeAll(async () => {
  running = await runGateway({ REPLAY_LEASE_MS: '900', REPLAY_TICK_MS: '50', REPLAY_REPEAT_MS: '1000' });
  probe = replayProbe(running);
});
afterAll(() => running.close());
beforeEach(() => { running.dispatch.outcome = () => 'sent'; });

describe('replays', () => {
  it('say in a dry run how many, of what, with which duplicate risk, and change nothing', async () => {
    await running.die(
      ...pushesOf(12, 'dry-a', { duplicateRisk: 'none' }), ...pushesOf(3, 'dry-b', { duplicateRisk: 'unknown', accountId: ids.west, code: 'auth' }),
    );
    const run = await running.request('dlq.dry-run', { filter: { from: '2026-05-04T17:00:00.000Z', text: 'all 8 attempts', subscriberId: ids.subscriber } });
    expect(run).toMatchObject({
      total: 15, willReplay: 12, skippedForRisk: 3, byKind: { push: 15, message: 0 }, byProvider: [{ provider: 'dry-a', count: 12 }, { provider: 'dry-b', count: 3 }],
      byAccount: [{ accountId: ids.east, count: 12 }, { accountId: ids.west, count: 3 }], byCode: [{ code: 'attempts_exhausted', count: 12 }, { code: 'auth', count: 3 }],
      duplicateRisk: { none: 12, 'looked-up': 0, unknown: 3 },
    });
    expect(run['sample']).toHaveLength(10);
    expect(await running.request('dlq.dry-run', { filter: { provider: 'dry-b' }, includeUnknownRisk: true })).toMatchObject({ willReplay: 3, skippedForRisk: 0 });
    expect(running.dispatch.commands).toEqual([]);
    expect(await probe.statuses('dry-a')).toEqual(['open']);
  });

  it('send 300 pushes of an account at 100 a second and every push once', async () => {
    const pushes = pushesOf(300, 'paced');
    await running.die(...pushes);
    const { id } = await probe.start('paced', { velocityPerSecond: 100 });
    const done = await probe.reaches(id, 'finished');
    expect(done.counts).toEqual({ total: 300, pending: 0, sent: 300, succeeded: 300, failed: 0, skipped: 0 });
    expect(probe.effectsOf(pushes)).toEqual(pushes.map(() => 1));
    expect(new Set(running.dispatch.commands.map(({ commandId }) => commandId))).toContain(`replay:${id}`);
    const { rows } = await running.db.query<{ at: Date }>('select sent_at as at from replay_item where job_id = $1 order by 1', [id]);
    const times = rows.map(({ at }) => at.getTime());
    const busiest = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
    expect(busiest).toBeLessThanOrEqual(160);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(2_000);
    await waitUntil(async () => (await probe.statuses('paced')).join() === 'resolved');
  });

  it('go on beside one another: the velocity is per account', async () => {
    await running.die(...pushesOf(40, 'lanes', { accountId: ids.east }), ...pushesOf(40, 'lanes', { accountId: ids.west }));
    const { id } = await probe.start('lanes', { velocityPerSecond: 20 });
    await waitUntil(async () => (await probe.show(id)).counts.sent >= 30);
    const { rows } = await running.db.query<{ n: number }>(`select count(*) as n from replay_item where job_id = $1 and sent_at is not null group by lane`, [id]);
    expect(rows).toHaveLength(2);
    expect(Math.abs(rows[0]!.n - rows[1]!.n)).toBeLessThanOrEqual(5);
    await running.request('replay.cancel', { id, actor: 'kim' });
  });

  it('leave out pushes whose provider cannot be asked, unless that is confirmed', async () => {
    const pushes = pushesOf(3, 'risky', { duplicateRisk: 'unknown' });
    await running.die(...pushes);
    expect(await running.request('replay.start', { filter: { provider: 'risky' }, includeUnknownRisk: true, actor: 'kim' })).toMatchObject({ code: 'confirm_required' });
    const careful = await probe.reaches((await probe.start('risky')).id, 'finished');
    expect(careful.counts).toMatchObject({ total: 3, sent: 0, skipped: 3 });
    expect(probe.effectsOf(pushes)).toEqual([0, 0, 0]);
    await probe.reaches((await probe.start('risky', { includeUnknownRisk: true, confirm: true })).id, 'finished');
    expect(probe.effectsOf(pushes)).toEqual([1, 1, 1]);
  });

  it('make new orders only when that is confirmed', async () => {
    const [push] = pushesOf(1, 'renew');
    await running.die(push!);
    expect(await running.request('replay.start', { filter: { provider: 'renew' }, asNew: true, actor: 'kim' })).toMatchObject({
      code: 'confirm_required', error: expect.stringContaining('asNew'),
    });
    await probe.reaches((await probe.start('renew', { asNew: true, confirm: true })).id, 'finished');
    expect(running.dispatch.pushes.get(push!.pushId)?.effects).toMatchObject([{ action: 'resend-as-new' }]);
  });

  it('pause when too many outcomes are failures, say why, and look at new outcomes after a resume', async () => {
    running.dispatch.outcome = () => 'retrying';
    const pushes = pushesOf(150, 'down');
    await running.die(...pushes);
    const { id } = await probe.start('down', { velocityPerSecond: 50 });
    const paused = await probe.reaches(id, 'paused');
    expect(paused.pauseReason).toMatch(/^\d+ of the last \d+ outcomes were failures; at most 50 percent are allowed\.$/);
    expect(paused.counts.sent).toBeGreaterThanOrEqual(20);
    expect(paused.counts.pending).toBeGreaterThan(0);
    running.dispatch.outcome = () => 'sent';
    await running.request('replay.resume', { id, actor: 'sam' });
    const done = await probe.reaches(id, 'finished');
    expect(done.counts).toMatchObject({ total: 150, sent: 150, failed: paused.counts.failed, succeeded: 150 - paused.counts.failed });
    // What failed then and is sent after all counts as succeeded.
    const late = pushes.find(({ pushId }) => running.dispatch.pushes.get(pushId)?.state === 'retrying');
    await running.dispatch.move(late!.pushId, 'sending', 'sent');
    await waitUntil(async () => (await probe.show(id)).counts.failed === paused.counts.failed - 1);
    const { entries } = await running.request<{ entries: Array<{ action: string; actor: string }> }>('audit.list', { targetId: id });
    expect(entries.map(({ action, actor }) => `${action} ${actor}`)).toEqual(['replay.finish gateway', 'replay.resume sam', 'replay.pause gateway', 'replay.start kim']);
  });

  it('go on through failures when a hundred percent are allowed', async () => {
    running.dispatch.outcome = () => 'rejected';
    await running.die(...pushesOf(40, 'stubborn'));
    const done = await probe.reaches((await probe.start('stubborn', { velocityPerSecond: 500, maxErrorPercent: 100 })).id, 'finished');
    expect(done.counts).toMatchObject({ sent: 40, failed: 40 });
  });
});
