import type { Pool, PoolClient } from 'pg';

/** One round trip to PostgreSQL. `name` is missing for unprepared statements such as begin and commit. */
export interface StatementEvent {
  name: string | undefined;
  text: string;
}

export interface StatementCount {
  /** Round trips since the count began, begin and commit included. */
  total(): number;
  /** By statement name, or by text where it has none. */
  byName(): Map<string, number>;
  stop(): void;
}

type Listener = (event: StatementEvent) => void;

const listenersOf = new WeakMap<Pool, Set<Listener>>();

/** Makes the pool's statements observable. Called once, by createPool, before the first connection exists. */
export function reportStatements(pool: Pool): void {
  const listeners = new Set<Listener>();
  listenersOf.set(pool, listeners);
  pool.on('connect', (client) => observe(client, listeners));
}

/** Calls the listener before every statement of the pool and of its transactions. Returns the way to stop. */
export function onStatement(pool: Pool, listener: Listener): () => void {
  const listeners = listenersOf.get(pool);
  if (listeners === undefined) throw new Error('onStatement needs a pool made by createPool');
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Counts SQL round trips, for metrics and for tests that hold a batch to one statement. */
export function countStatements(pool: Pool): StatementCount {
  const counts = new Map<string, number>();
  let total = 0;
  const stop = onStatement(pool, ({ name, text }) => {
    total += 1;
    counts.set(name ?? text, (counts.get(name ?? text) ?? 0) + 1);
  });
  return { total: () => total, byName: () => new Map(counts), stop };
}

function observe(client: PoolClient, listeners: Set<Listener>): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const observed = (...args: unknown[]): unknown => {
    if (listeners.size > 0) {
      const event = describe(args[0]);
      for (const listener of listeners) listener(event);
    }
    return query(...args);
  };
  client.query = observed as typeof client.query;
}

function describe(statement: unknown): StatementEvent {
  if (typeof statement === 'string') return { name: undefined, text: statement };
  const { name, text } = statement as { name?: string; text?: string };
  return { name, text: text ?? '' };
}
