import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, subjects } from '@pes/contracts';
import { newId, sleep } from '@pes/kernel';
import { publish } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { ids } from './fixtures.ts';
import { listen, type LiveListener } from './live-listener.ts';
import { aChange, aDecision, aWaitingDecision, changed, say } from './read-model-fixtures.ts';
import { runApi, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
const open: LiveListener[] = [];
beforeAll(async () => { api = await runApi({ LIVE_CLIENTS: '15', LIVE_HEARTBEAT_MS: '200', LIVE_PATIENCE_MS: '1000' }); });
afterEach(() => { for (const listener of open.splice(0)) listener.close(); });
afterAll(() => api.close());

/** Resolves when everything from here on will come. */
async function join({ subscriberId = ids.subscriber, from, url = api.url }: { subscriberId?: string; from?: string | undefined; url?: string } = {}): Promise<LiveListener> {
  const listener = await listen(url, await tokenOf({ roles: ['viewer'], subscriberId }), from);
  open.push(listener);
  if (listener.status === 200) await waitUntil(() => listener.events.some(({ event }) => event === 'ready'), { what: 'the listener to be ready' });
  return listener;
}

const seen = ({ events }: LiveListener, event: string): Array<Record<string, unknown>> => events.filter((one) => one.event === event).map(({ data }) => data);

describe('live events', () => {
  it('show decisions and pushes of the subscriber, without the order itself, and nothing of anybody else', async () => {
    const [mine, theirs] = [await join(), await join({ subscriberId: ids.otherSubscriber })];
    const order = aWaitingDecision();
    await say(api.bus, [order], [aChange(order, { state: 'sent', providerRef: 'P-1' })]);
    await waitUntil(() => seen(mine, 'push').length === 1 && seen(mine, 'order').length === 1);
    expect(seen(mine, 'push')).toMatchObject([{ orderId: order.orderId, state: 'sent', providerRef: 'P-1', message: 'It is sent.' }]);
    expect(seen(mine, 'order')).toEqual([{ orderId: order.orderId, orderNumber: order.orderNumber, siteId: order.siteId, version: 1, result: 'waiting', final: false, reasons: order.reasons, decidedAt: order.decidedAt }]);
    expect(theirs.events.map(({ event }) => event)).toEqual(['ready']);
  });

  it('show an outcome within 300 ms of its event', async () => {
    const listeners = [await join(), await join()];
    const tookMs: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const change = aChange(aDecision(), { state: 'sent' });
      const saidAtMs = Date.now();
      await say(api.bus, [], [change]);
      for (const listener of listeners) {
        const found = await waitUntil(() => listener.events.find(({ data }) => data['pushId'] === change.pushId), { intervalMs: 2 });
        tookMs.push(found.atMs - saidAtMs);
      }
    }
    const sorted = tookMs.toSorted((a, b) => a - b);
    process.stdout.write(`live events: ${tookMs.length} outcomes, p50 ${sorted[Math.floor(sorted.length / 2)]} ms, p99 ${sorted[Math.floor(sorted.length * 0.99)]} ms, slowest ${sorted.at(-1)} ms\n`);
    expect(sorted.at(-1)).toBeLessThan(300);
  });

  it('go on where a listener broke off, with every change in between', async () => {
    const first = await join();
    const before = aChange(aDecision());
    await say(api.bus, [], [before]);
    await waitUntil(() => seen(first, 'push').length === 1);
    first.close();
    const missed = Array.from({ length: 30 }, () => aChange(aDecision()));
    const order = aDecision();
    await say(api.bus, [order], missed);
    const second = await join({ from: first.lastEventId });
    await waitUntil(() => seen(second, 'push').length === 30 && seen(second, 'order').length === 1);
    expect(new Set(seen(second, 'push').map(({ pushId }) => pushId))).toEqual(new Set(missed.map(({ pushId }) => pushId)));
    expect(seen(second, 'reset')).toEqual([]);
  });

  it('name a place only with the last change of a message, so that who leaves in its middle gets all of it again', async () => {
    const first = await join();
    const changes = Array.from({ length: 40 }, () => aChange(aDecision()));
    await publish(api.bus, { subject: subjects.pushChanged(ids.subscriber), type: eventTypes.pushChanged, id: newId(), source: 'push-dispatch', data: changed(ids.subscriber, ...changes) });
    await waitUntil(() => seen(first, 'push').length === 40);
    const withId = first.events.filter(({ event, id }) => event === 'push' && id !== undefined);
    expect(withId.map(({ data }) => data['pushId'])).toEqual([changes.at(-1)!.pushId]);
  });

  it.each([['a place that was never', '999999-999999'], ['no place', 'x'], ['a place that is too old', '0-0']])('tell a listener at %s to read everything anew', async (name, from) => {
    if (name === 'a place that is too old') await api.bus.jsm.streams.purge('INTEGRATION');
    const listener = await join({ from });
    expect(listener.events.map(({ event }) => event)).toEqual(['reset', 'ready']);
    await say(api.bus, [], [aChange(aDecision())]);
    await waitUntil(() => seen(listener, 'push').length === 1);
  });

  it('give signs of life', async () => {
    const listener = await join();
    await waitUntil(() => listener.heartbeats >= 3);
  });

  it('cut off a listener that reads nothing, keep little for it, and let it come again from its place', async () => {
    const slow = await join();
    const place = slow.lastEventId;
    slow.pause();
    const long = 'x'.repeat(1_900);
    const changes = Array.from({ length: 8_000 }, () => aChange(aDecision(), { message: long }));
    const before = process.memoryUsage().rss;
    for (let start = 0; start < changes.length; start += 100) {
      await publish(api.bus, { subject: subjects.pushChanged(ids.subscriber), type: eventTypes.pushChanged, id: newId(), source: 'push-dispatch', data: changed(ids.subscriber, ...changes.slice(start, start + 100)) });
    }
    const cut = Promise.race([slow.ended.then(() => true), sleep(8_000).then(() => false)]);
    await waitUntil(async () => (await api.call('GET', '/api/v1/orders?limit=1', { token: await tokenOf() })).status === 200);
    slow.resume();
    expect(await cut).toBe(true);
    expect(seen(slow, 'push').length).toBeLessThan(changes.length);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    const again = await join({ from: slow.lastEventId ?? place });
    await waitUntil(() => new Set([...seen(slow, 'push'), ...seen(again, 'push')].map(({ pushId }) => pushId)).size === changes.length, { timeoutMs: 15_000, what: 'the rest' });
  }, 40_000);

  it('have room for a fifth of all listeners of one subscriber, and again when one leaves', async () => {
    const listeners = [await join(), await join(), await join()];
    expect((await join()).status).toBe(409);
    expect((await join({ subscriberId: ids.otherSubscriber })).status).toBe(200);
    listeners[0]!.close();
    await waitUntil(async () => (await join()).status === 200);
  });

  it('end when the service stops', async () => {
    const other = await runApi();
    const listener = await join({ url: other.url });
    const startedMs = Date.now();
    await other.stop();
    await listener.ended;
    expect(Date.now() - startedMs).toBeLessThan(3_000);
    await other.close();
  });
});
