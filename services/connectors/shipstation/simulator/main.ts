import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { startShipStationSimulator, type SimulatorOptions } from './server.ts';

/** The simulator as a process. SIMULATOR_CONFIG: JSON file with accounts and, if wanted, faults. */
const { SIMULATOR_PORT, SIMULATOR_CONFIG, SIMULATOR_DATA_FILE, READY_FILE } = process.env;
if (SIMULATOR_CONFIG === undefined) throw new Error('SIMULATOR_CONFIG must name a JSON file such as {"accounts":[{"apiKey":"…","apiSecret":"…"}]}');
const config = JSON.parse(readFileSync(SIMULATOR_CONFIG, 'utf8')) as Pick<SimulatorOptions, 'accounts' | 'faults'>;

const simulator = await startShipStationSimulator({
  ...config,
  port: Number(SIMULATOR_PORT ?? 0),
  ...(SIMULATOR_DATA_FILE !== undefined && { dataFile: SIMULATOR_DATA_FILE }),
});
const ready = { name: 'shipstation-simulator', pid: process.pid, port: simulator.port, url: simulator.url };
process.stdout.write(`${JSON.stringify(ready)}\n`);
if (READY_FILE !== undefined) {
  writeFileSync(`${READY_FILE}.partial`, JSON.stringify(ready));
  renameSync(`${READY_FILE}.partial`, READY_FILE);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void simulator.close().then(() => process.exit(0)));
