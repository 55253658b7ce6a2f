export { createTestDatabase, type TestDatabase } from './create-test-database.ts';
export { startFaultProxy, type Fault, type FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
export { findNatsServer } from './find-nats-server.ts';
export { freePort } from './free-port.ts';
export { stopTestServers } from './shared-postgres.ts';
export { spawnProcess, type SpawnedProcess, type SpawnOptions } from './spawn-process.ts';
export { startNats, type NatsOptions, type NatsServer } from './start-nats.ts';
export { startPostgres, type PostgresOptions, type PostgresServer } from './start-postgres.ts';
export { waitUntil, type WaitOptions } from './wait-until.ts';
