export { isConnectionError, isDataError } from './errors.ts';
export { migrate, type MigrateOptions, type Migration } from './migrate.ts';
export { createPool, type Pool, type PoolClient, type PoolOptions, type Queryable } from './pool.ts';
export { provisionDatabase, type ProvisionOptions, type ServiceDatabase } from './provision.ts';
export { select, type Statement } from './select.ts';
export { countStatements, onStatement, type StatementCount, type StatementEvent } from './statement-counter.ts';
export { inTransaction } from './transaction.ts';
