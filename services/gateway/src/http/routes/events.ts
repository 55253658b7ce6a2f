import { ok } from '@pes/kernel';
import { listenersOf } from '../../live/listeners.ts';
import { streamEvents } from '../../live/stream-events.ts';
import { refuse } from '../../domain/refusal.ts';
import { route, viewers, type Route } from '../route.ts';

const contentType = 'text/event-stream; charset=utf-8';

export const eventRoutes: readonly Route[] = [
  route({
    operationId: 'listenToEvents', method: 'get', path: '/api/v1/events', tag: 'Live', summary: 'Changes of orders and pushes as they happen', tenancy: 'subscriber', roles: viewers,
    description: 'Server-sent events. `order`: an order was decided; `push`: a push changed; both may come twice, `version` and `revision` tell. `ready`: all that happens from here on will come. '
      + 'Send the last id as `Last-Event-ID` to go on where it broke off; `reset` says that this place is not known any more: read everything anew. A listener that does not read is cut off, and each one after 30 minutes.',
    responses: { 200: { description: 'Events until one side ends it', contentType }, 409: { description: 'Too many listeners' } },
    async handle({ api, subscriberId, request, signal }) {
      if (request.method === 'HEAD') return ok({ status: 200, headers: { 'content-type': contentType } });
      const ended = Promise.withResolvers<string>();
      const end = (reason: string): void => ended.resolve(reason);
      const leave = listenersOf(api.bus).enter(subscriberId, api.config.LIVE_CLIENTS, end);
      if (leave === undefined) return refuse('conflict', 'too many pages listen to live events: close some, or read the lists instead');
      const header = request.headers['last-event-id'];
      const lastEventId = typeof header === 'string' ? header : undefined;
      return ok({
        status: 200, headers: { 'content-type': contentType, 'x-accel-buffering': 'no' },
        stream: (response) => streamEvents(api, { subscriberId, lastEventId, response, signal, ended: ended.promise, end }).finally(leave),
      });
    },
  }),
];
