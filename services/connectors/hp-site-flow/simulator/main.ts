import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SimulatorOptions } from './settings.ts';
import { startSiteFlowSimulator } from './start-simulator.ts';

/** Whole process. SIMULATOR_CONFIG names a JSON file with accounts and, when wanted, other options of startSiteFlowSimulator. */
const { SIMULATOR_CONFIG, SIMULATOR_PORT = '0', SIMULATOR_SUBMIT_PORT = '0', SIMULATOR_DATA_FILE, SIMULATOR_HOST, READY_FILE } = process.env;
if (SIMULATOR_CONFIG === undefined) throw new Error('SIMULATOR_CONFIG is missing: set it to a JSON file with { "accounts": [...] }');

const options = JSON.parse(readFileSync(SIMULATOR_CONFIG, 'utf8')) as SimulatorOptions;
if (!Array.isArray(options.accounts)) throw new Error(`${SIMULATOR_CONFIG}: "accounts" must be a list`);
const simulator = await startSiteFlowSimulator({
  ...options,
  port: Number(SIMULATOR_PORT),
  submitPort: Number(SIMULATOR_SUBMIT_PORT),
  ...(SIMULATOR_DATA_FILE === undefined ? {} : { dataFile: SIMULATOR_DATA_FILE }),
  ...(SIMULATOR_HOST === undefined ? {} : { host: SIMULATOR_HOST }),
});

if (READY_FILE !== undefined) {
  // Renamed into place: whoever waits for the file never reads half of it.
  writeFileSync(`${READY_FILE}.tmp`, JSON.stringify({ name: 'hp-site-flow-simulator', pid: process.pid, port: simulator.port, submitPort: simulator.submitPort }));
  renameSync(`${READY_FILE}.tmp`, READY_FILE);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void simulator.close());
