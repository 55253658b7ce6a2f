import pg from 'pg';
import type { Pool, PoolClient } from 'pg';
import { parserFor } from './integer-parser.ts';
import { withOptions, withSearchPath } from './search-path.ts';
import { reportStatements } from './statement-counter.ts';

export type { Pool, PoolClient } from 'pg';

/** What a statement can run on: the pool, or the client of an open transaction. */
export type Queryable = Pool | PoolClient;

export interface PoolOptions {
  /** postgres://user:password@host:port/database */
  url: string;
  /** Shown in pg_stat_activity, so that an operator sees whose connection it is. */
  applicationName: string;
  maxConnections: number;
  /** Search path of every connection. The role's own setting when left out. */
  schema?: string;
  /** Called when an idle connection breaks (server restart, killed backend). The pool has already replaced it: log it, do nothing else. */
  onError?: (error: Error) => void;
  /** How long a caller waits for a connection, new or free. Default 5000. */
  connectTimeoutMs?: number;
  /** Server-side limit of one statement. Default 30000. */
  statementTimeoutMs?: number;
}

/**
 * Statements are prepared and batched: planning one anew for every batch, or compiling it, costs more than running it. A plan made while a
 * table was small must still be right when it has grown, so every statement reaches its rows by an index: with the planner's own choice
 * a scan planned on the empty table was kept until the next ANALYZE and took 64 ms for 28 orders, instead of 7 (throughput +30%). So does a
 * bitmap of a partial index that was empty then: with 100,000 queued pushes every decision hashed all of them, 300 ms each.
 */
const planOnce = ['plan_cache_mode=force_generic_plan', 'jit=off', 'enable_seqscan=off', 'enable_bitmapscan=off', 'enable_mergejoin=off', 'random_page_cost=1.1']
  .map((setting) => `-c ${setting}`).join(' ');

/** The server answers a statement timeout itself; past that margin the connection is half-open and only the client can notice. */
const halfOpenMarginMs = 5_000;

/**
 * A pool whose int8 columns are numbers and whose broken connections never reach the process as an uncaught error.
 * A statement on a broken connection rejects; `isConnectionError` recognises it.
 */
export function createPool(options: PoolOptions): Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  const url = withOptions(options.url, planOnce);
  const pool = new pg.Pool({
    connectionString: options.schema === undefined ? url : withSearchPath(url, options.schema),
    application_name: options.applicationName,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + halfOpenMarginMs,
    idle_in_transaction_session_timeout: 30_000,
    types: { getTypeParser: parserFor },
  });
  pool.on('error', options.onError ?? ignore);
  // pg takes its own listener away while a client is checked out; without this one a killed backend would end the process.
  // The statement in flight, or the next one, rejects and tells the caller.
  pool.on('connect', (client) => client.on('error', ignore));
  reportStatements(pool);
  return pool;
}

function ignore(): void {
  // Nothing to do: see the two listeners above.
}
