import { renameSync, writeFileSync } from 'node:fs';

/** Says that it is ready and lives until it is told to stop. FAILS makes it end with that code instead; DEAF makes it ignore SIGTERM. */
const { READY_FILE = '', FAILS, DEAF } = process.env;
if (FAILS !== undefined) {
  process.stderr.write('Error: this program was told to fail\n');
  process.exit(Number(FAILS));
}
process.on('SIGTERM', () => {
  if (DEAF === undefined) process.exit(0);
});
setInterval(() => undefined, 1000);
writeFileSync(`${READY_FILE}.partial`, JSON.stringify({ name: 'steady', pid: process.pid, port: 4000 }));
renameSync(`${READY_FILE}.partial`, READY_FILE);
