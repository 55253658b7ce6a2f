import type { Bus } from './connect.ts';

const decoder = new TextDecoder();

/**
 * Answers requests on a subject, shared by all replicas in the queue group. A request that cannot be read, or a handler that fails,
 * gets an answer with `error`, never silence.
 */
export function serveRpc(bus: Bus, subject: string, handle: (request: unknown) => Promise<object>): { stop(): Promise<void> } {
  const subscription = bus.nc.subscribe(subject, {
    queue: subject,
    callback: (error, message) => {
      if (error !== null) return;
      Promise.resolve()
        .then(() => handle(JSON.parse(decoder.decode(message.data)) as unknown))
        .catch((failure: unknown) => {
          bus.log.error({ subject, err: failure }, 'request failed');
          return { error: failure instanceof Error ? failure.message : 'failed' };
        })
        .then((answer) => message.respond(JSON.stringify(answer)))
        .catch((failure: unknown) => bus.log.error({ subject, err: failure }, 'answer could not be sent'));
    },
  });
  return { stop: () => subscription.drain() };
}

/** Asks and waits. Throws when nobody answers in time; the answer itself may be an `{ error }`. */
export async function callRpc(bus: Bus, subject: string, request: object, timeoutMs: number): Promise<unknown> {
  const answer = await bus.nc.request(subject, JSON.stringify(request), { timeout: timeoutMs });
  return JSON.parse(decoder.decode(answer.data)) as unknown;
}
