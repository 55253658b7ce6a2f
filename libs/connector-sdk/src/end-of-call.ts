/** How a call of connector code ended. It is the connector's duty to return when the signal fires; `overran` is when it does not. */
export type CallEnd<T> = { kind: 'returned'; value: T } | { kind: 'threw'; error: unknown } | { kind: 'overran' };

// Long enough for a client that honours the signal to say what it knows.
const graceMs = 500;

/** Runs connector code so that neither a bug nor an endless wait reaches the host. Never rejects. */
export async function endOfCall<T>(call: () => Promise<T>, signal: AbortSignal): Promise<CallEnd<T>> {
  const overran = Promise.withResolvers<CallEnd<T>>();
  let timer: NodeJS.Timeout | undefined;
  const startGrace = (): void => {
    timer = setTimeout(() => overran.resolve({ kind: 'overran' }), graceMs);
  };
  if (signal.aborted) startGrace();
  else signal.addEventListener('abort', startGrace, { once: true });
  const ended = (async (): Promise<CallEnd<T>> => {
    try {
      return { kind: 'returned', value: await call() };
    } catch (error) {
      return { kind: 'threw', error };
    }
  })();
  const end = await Promise.race([ended, overran.promise]);
  clearTimeout(timer);
  signal.removeEventListener('abort', startGrace);
  return end;
}
