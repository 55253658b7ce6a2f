import type { Queryable } from './pool.ts';

/** A prepared statement: parsed once per connection. The name is unique in the service and goes into metrics. */
export interface Statement {
  name: string;
  text: string;
}

/** Runs one statement and returns its rows; also for writes with `returning`. Rejects with the PostgreSQL error. */
export async function select<T extends object>(db: Queryable, statement: Statement, values: readonly unknown[] = []): Promise<T[]> {
  const result = await db.query<T>({ name: statement.name, text: statement.text, values: [...values] });
  return result.rows;
}
