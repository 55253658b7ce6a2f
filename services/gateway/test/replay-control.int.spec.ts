import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventTypes } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { publish } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { aDeadLetter, anOrderEvent, deadLetterMessage } from './fixtures.ts';
import { pushesOf, replayProbe, type Replay, type ReplayProbe } from './replay-probe.ts';
import { runGateway, type RunningGateway } from './running-gateway.ts';

let running: RunningGateway;
let probe: ReplayProbe;
beforeAll(async () => {
  running = await runGateway({ REPLAY_LEASE_MS: '900', REPLAY_TICK_MS: '50', REPLAY_REPEAT_MS: '1000' });
  probe = replayProbe(running);
});
afterAll(() => running.close());
beforeEach(() => { running.dispatch.outcome = () => 'sent'; });

describe('replays under way', () => {
  it('send nothing after a pause was answered, and the rest after a resume', async () => {
    await running.die(...pushesOf(60, 'halted'));
    const { id } = await probe.start('halted', { velocityPerSecond: 40 });
    await waitUntil(async () => (await probe.show(id)).counts.sent >= 10);
    await running.request('replay.pause', { id, actor: 'kim', note: 'lunch' });
    const { rows: [before] } = await running.db.query<{ n: number }>(`select count(*) as n from replay_item where job_id = $1 and state = 'pending'`, [id]);
    expect(await running.request('replay.pause', { id, actor: 'kim' })).toMatchObject({ code: 'conflict', error: expect.stringContaining('is paused; it must be running') });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { rows: [after] } = await running.db.query<{ n: number }>(`select count(*) as n from replay_item where job_id = $1 and state = 'pending'`, [id]);
    expect(after).toEqual(before);
    await running.request('replay.resume', { id, actor: 'kim' });
    expect((await probe.reaches(id, 'finished')).counts.succeeded).toBe(60);
  });

  it('send nothing more after a cancel; what is left stays open', async () => {
    const pushes = pushesOf(100, 'stopped');
    await running.die(...pushes);
    const { id } = await probe.start('stopped', { velocityPerSecond: 40 });
    await waitUntil(async () => (await probe.show(id)).counts.sent >= 10);
    const { replay } = await running.request<{ replay: Replay }>('replay.cancel', { id, actor: 'kim' });
    expect(replay.counts.skipped).toBeGreaterThan(40);
    await waitUntil(async () => {
      const { counts } = await probe.show(id);
      return counts.succeeded + counts.skipped === 100;
    });
    expect(probe.effectsOf(pushes).filter((n) => n === 1)).toHaveLength(100 - replay.counts.skipped);
    expect(await probe.statuses('stopped')).toContain('open');
    expect(await running.request('replay.resume', { id, actor: 'kim' })).toMatchObject({ code: 'conflict' });
  });

  it('skip what somebody else dealt with after the start', async () => {
    const pushes = pushesOf(30, 'handled');
    await running.die(...pushes);
    const { id } = await probe.start('handled', { velocityPerSecond: 10 });
    const { rows: [last] } = await running.db.query<{ push_id: string }>('select push_id from replay_item where job_id = $1 order by letter_id desc limit 1', [id]);
    await running.dispatch.move(last!.push_id, 'queued', 'sent');
    expect((await probe.reaches(id, 'finished')).counts).toMatchObject({ succeeded: 29, skipped: 1 });
    expect(running.dispatch.pushes.get(last!.push_id)?.effects).toEqual([]);
  });

  it('command again what push-dispatch said nothing about', async () => {
    const [push] = pushesOf(1, 'mute');
    await running.die(push!);
    const played = running.dispatch.pushes.get(push!.pushId)!;
    running.dispatch.pushes.delete(push!.pushId);
    const { id } = await probe.start('mute');
    await waitUntil(() => running.dispatch.commands.some(({ pushIds }) => pushIds.includes(push!.pushId)));
    running.dispatch.pushes.set(push!.pushId, played);
    expect((await probe.reaches(id, 'finished')).counts.succeeded).toBe(1);
    expect(played.effects).toHaveLength(1);
  });

  it('are carried on where they were when the service is stopped in the middle', async () => {
    const pushes = pushesOf(200, 'restarted');
    await running.die(...pushes);
    const { id } = await probe.start('restarted', { velocityPerSecond: 100 });
    await waitUntil(async () => (await probe.show(id)).counts.sent >= 50);
    await running.stop();
    const sent = probe.effectsOf(pushes).filter((n) => n > 0).length;
    expect(sent).toBeLessThan(200);
    await running.start();
    expect((await probe.reaches(id, 'finished')).counts).toMatchObject({ total: 200, succeeded: 200 });
    expect(probe.effectsOf(pushes)).toEqual(pushes.map(() => 1));
  });

  it('have one worker among all replicas', async () => {
    await running.start();
    const pushes = pushesOf(150, 'replicas');
    await running.die(...pushes);
    const { id } = await probe.start('replicas', { velocityPerSecond: 50 });
    const owners = new Set<string>();
    await waitUntil(async () => {
      const { rows } = await running.db.query<{ lease_owner: string }>('select lease_owner from replay_job where job_id = $1 and lease_owner is not null', [id]);
      for (const { lease_owner: owner } of rows) owners.add(owner);
      return (await probe.show(id)).state === 'finished';
    }, { timeoutMs: 20_000 });
    expect(owners.size).toBe(1);
    const { rows: [span] } = await running.db.query<{ ms: number }>('select extract(epoch from max(sent_at) - min(sent_at)) * 1000 as ms from replay_item where job_id = $1', [id]);
    expect(Number(span?.ms)).toBeGreaterThanOrEqual(2_400);
    expect(probe.effectsOf(pushes)).toEqual(pushes.map(() => 1));
  });

  it('publish messages again that can be read by now, and say of the others that they cannot', async () => {
    const event = anOrderEvent({ orderNumber: 66_001 });
    const good = aDeadLetter(event, { code: 'poison', errors: ['bulk case'] });
    const bad = aDeadLetter({ order: {} }, { errors: ['bulk case'] });
    await publish(running.bus, deadLetterMessage(good));
    await publish(running.bus, deadLetterMessage(bad));
    await waitUntil(async () => (await running.request<{ total: number }>('dlq.list', { filter: { text: 'bulk case' } })).total === 2);
    const { replay } = await running.request<{ replay: Replay }>('replay.start', { filter: { text: 'bulk case' }, actor: 'kim' });
    expect((await probe.reaches(replay.id, 'finished')).counts).toMatchObject({ total: 2, succeeded: 1, failed: 1 });
    const again = await running.bus.jsm.streams.getMessage('PRESSERO', { last_by_subj: good.subject });
    expect(again?.json()).toEqual(event);
    expect(again?.header.get('ce-type')).toBe(eventTypes.presseroOrder);
    expect(await running.request('replay.show', { id: replay.id })).toMatchObject({ reasons: [{ state: 'failed', reason: 'It would still not be read: edit it.', count: 1 }] });
  });

  it('refuse what makes no sense and name it', async () => {
    expect(await running.request('replay.start', { filter: { provider: 'nobody' }, actor: 'kim' })).toEqual({ code: 'conflict', error: 'no open dead letter fits the filter' });
    expect(await running.request('replay.start', { filter: {}, velocityPerSecond: 501, maxErrorPercent: -1 })).toMatchObject({
      code: 'invalid', errors: expect.arrayContaining(['actor is missing', 'velocityPerSecond must be <= 500', 'maxErrorPercent must be >= 0']),
    });
    expect(await running.request('replay.show', { id: newId() })).toMatchObject({ code: 'not_found' });
    const { replays } = await running.request<{ replays: Replay[] }>('replay.list', { states: ['finished'], limit: 2 });
    expect(replays).toHaveLength(2);
  });
});
