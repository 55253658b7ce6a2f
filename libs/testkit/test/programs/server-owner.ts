import { startNats, startPostgres } from '../../src/index.ts';

/** Starts both servers, says where they are, and then waits to be killed. */
const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
process.stdout.write(`${JSON.stringify({ pids: [nats.pid, postgres.pid], folders: [nats.storeDir, postgres.dataDir] })}\n`);
setInterval(() => undefined, 1000);
