import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { subjects, type OrderDecided, type PushChanged } from '@pes/contracts';
import { follow, streamBounds, type Following } from '@pes/messaging';
import type { Gateway } from '../gateway.ts';
import { eventText, orderEvents, placeId, pushEvents, readPlaceId, type LivePlace } from './live-event.ts';

const reconnectMs = 2_000;
/** A token is looked at when a listener comes, so none may stay for long. */
const longestMs = 30 * 60_000;

export interface Listener {
  subscriberId: string;
  lastEventId: string | undefined;
  response: ServerResponse;
  /** The client left, or the service stops. */
  signal: AbortSignal;
  /** Resolves with the reason that `end` is first called with. */
  ended: Promise<string>;
  end(reason: string): void;
}

/** Where to begin. Lost: the listener was at a place that the streams do not hold, so it must read everything anew. */
async function startingPlace({ bus }: Gateway, lastEventId: string | undefined): Promise<{ place: LivePlace; lost: boolean }> {
  const [orders, pushes] = await Promise.all([streamBounds(bus, 'ORDERS'), streamBounds(bus, 'INTEGRATION')]);
  const newest = { orders: orders.last, pushes: pushes.last };
  if (lastEventId === undefined) return { place: newest, lost: false };
  const place = readPlaceId(lastEventId);
  const held = (sequence: number, { first, last }: { first: number; last: number }): boolean => sequence >= first - 1 && sequence <= last;
  return place !== undefined && held(place.orders, orders) && held(place.pushes, pushes) ? { place, lost: false } : { place: newest, lost: true };
}

/**
 * Writes as fast as the client reads. What one message makes is all that is ever kept for it here: the next message is asked for only when
 * the client took this one, and a client that takes nothing for a while is cut off. It comes again with its last id.
 */
function createWriter(response: ServerResponse, patienceMs: number, end: (reason: string) => void): (text: string) => Promise<void> {
  return async (text) => {
    if (response.destroyed || response.write(text)) return;
    const drained = Promise.withResolvers<'drained'>();
    const settle = (): void => drained.resolve('drained');
    response.once('drain', settle).once('close', settle);
    const timer = new AbortController();
    const first = await Promise.race([drained.promise, delay(patienceMs, 'late' as const, { signal: timer.signal }).catch(() => 'drained' as const)]);
    timer.abort();
    response.off('drain', settle).off('close', settle);
    if (first === 'late') end('slow');
  };
}

const decoder = new TextDecoder();

/** Follows both streams for one listener until it leaves, is too slow, or `end` says so. Resolves when nothing of it is left. */
export async function streamEvents(gateway: Gateway, { subscriberId, lastEventId, response, signal, ended, end }: Listener): Promise<void> {
  const { bus, config, log } = gateway;
  const { place, lost } = await startingPlace(gateway, lastEventId);
  const write = createWriter(response, config.LIVE_PATIENCE_MS, end);
  // Two readers and one place: it is moved and named in one go, before anybody else runs.
  const moveTo = (to: Partial<LivePlace>): string => placeId(Object.assign(place, to));
  if (signal.aborted) return;
  response.flushHeaders();
  await write(`retry: ${reconnectMs}\n\n${lost ? eventText('reset', {}) : ''}${eventText('ready', {}, placeId(place))}`);

  const followings: Following[] = await Promise.all([
    follow(bus, { stream: 'ORDERS', filter: subjects.orderDecided(subscriberId), after: place.orders, onMessage: ({ sequence, body }) => write(orderEvents(JSON.parse(decoder.decode(body)) as OrderDecided, moveTo({ orders: sequence }))) }),
    follow(bus, { stream: 'INTEGRATION', filter: subjects.pushChanged(subscriberId), after: place.pushes, onMessage: ({ sequence, body }) => write(pushEvents(JSON.parse(decoder.decode(body)) as PushChanged, moveTo({ pushes: sequence }))) }),
  ]);
  const heartbeat = setInterval(() => { if (!response.writableNeedDrain) response.write(': alive\n\n'); }, config.LIVE_HEARTBEAT_MS);
  const bound = setTimeout(() => end('renew'), longestMs);
  const leave = (): void => end('left');
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  for (const { done } of followings) void done.then(() => end('broken'), (error: unknown) => { log.warn({ err: error }, 'live events could not be read'); end('broken'); });

  const reason = await ended;
  clearInterval(heartbeat);
  clearTimeout(bound);
  signal.removeEventListener('abort', leave);
  // What a slow client was not sent yet goes with its connection.
  if (reason === 'slow') response.destroy();
  else response.end();
  await Promise.all(followings.map((following) => following.stop()));
}
