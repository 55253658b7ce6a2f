import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One step of a schema's history. Statements run in order inside one transaction (so no `create index concurrently`). */
export interface Migration {
  /** Unique in the schema, such as `create-orders`. */
  name: string;
  sql: readonly string[];
}

export interface RecordedMigration {
  position: number;
  name: string;
}

/**
 * TypeORM orders migrations by the last 13 characters of their name, meant for a timestamp in ms. We order by position in the list,
 * so the position stands there: two branches that both append cannot slip past each other, they collide in the list.
 */
function recordedName(name: string, position: number): string {
  return `${name}-${String(position).padStart(13, '0')}`;
}

export function toMigrationClass({ name, sql }: Migration, index: number): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = recordedName(name, index + 1);

    async up(runner: QueryRunner): Promise<void> {
      for (const [line, statement] of sql.entries()) {
        try {
          await runner.query(statement);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new Error(`migration "${name}", statement ${String(line + 1)} failed: ${reason}`, { cause: error });
        }
      }
    }

    down(): Promise<void> {
      return Promise.reject(new Error(`migration "${name}" has no way back: append one that undoes it`));
    }
  };
}

/** Throws when the list does not continue what the database already has, before TypeORM would run something twice or out of order. */
export function checkRecorded(migrations: readonly Migration[], recorded: readonly RecordedMigration[]): void {
  for (const { position, name } of recorded) {
    const expected = migrations[position - 1];
    if (expected !== undefined && recordedName(expected.name, position) !== name) {
      const found = name.slice(0, -14);
      throw new Error(`migration ${String(position)} is "${expected.name}" in the code and "${found}" in the database: append new migrations at the end, keep the old ones`);
    }
  }
}
