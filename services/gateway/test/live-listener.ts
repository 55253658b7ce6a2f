import { get } from 'node:http';

interface LiveEvent {
  event: string;
  data: Record<string, unknown>;
  id: string | undefined;
  atMs: number;
}

/** A page that listens to live events. */
export interface LiveListener {
  status: number;
  events: LiveEvent[];
  /** Signs of life. */
  heartbeats: number;
  lastEventId: string | undefined;
  /** Resolves when the other side ended it. */
  ended: Promise<void>;
  /** Takes no more bytes from the connection, or takes them again. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Resolves when the answer has begun. */
export function listen(url: string, token: string, lastEventId?: string): Promise<LiveListener> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
    const sent = get(`${url}/api/v1/events`, { headers, agent: false }, (response) => {
      const ended = Promise.withResolvers<void>();
      let rest = '';
      const listener: LiveListener = {
        status: response.statusCode ?? 0, events: [], heartbeats: 0, lastEventId, ended: ended.promise,
        pause: () => response.pause(), resume: () => response.resume(), close: () => sent.destroy(),
      };
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        const blocks = (rest + part).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          if (block.startsWith(':')) listener.heartbeats += 1;
          const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
          if (!fields.has('event')) continue;
          listener.lastEventId = fields.get('id') ?? listener.lastEventId;
          listener.events.push({ event: fields.get('event')!, data: JSON.parse(fields.get('data')!) as Record<string, unknown>, id: fields.get('id'), atMs: Date.now() });
        }
      });
      response.once('close', () => ended.resolve()).on('error', () => undefined);
      resolve(listener);
    });
    sent.once('error', reject);
  });
}
