import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shipStationSimulatorConfig, siteFlowSimulatorConfig } from '../seed/simulator-configs.ts';
import type { SimulatorUrls } from '../seed/registry-events.ts';
import type { DataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import type { SimulatorName } from './programs.ts';

/** Ports that the simulators keep, also over a restart of everything: account settings name them. */
interface SimulatorPorts {
  shipStation: number;
  siteFlow: number;
  siteFlowSubmit: number;
}

export interface SimulatorSetup {
  urls: SimulatorUrls;
  /** host:port of each, comma-separated, as EGRESS_ALLOW takes it. */
  egressAllow: string;
  env: Record<SimulatorName, Record<string, string>>;
}

/** Chooses addresses and writes the configuration files. `persistent`: what the simulators took is still there after their restart. */
export async function setUpSimulators(folder: DataFolder, persistent: boolean): Promise<SimulatorSetup> {
  const ports = await choosePorts(folder.file('ports'));
  const dataFile = (name: string): Record<string, string> => (persistent ? { SIMULATOR_DATA_FILE: join(folder.simulators, `${name}.jsonl`) } : {});
  const shipStationConfig = await writeConfig(folder, 'shipstation', shipStationSimulatorConfig());
  const siteFlowConfig = await writeConfig(folder, 'hp-site-flow', siteFlowSimulatorConfig());
  const hosts = Object.values(ports).map((port) => `127.0.0.1:${String(port)}`);
  return {
    urls: {
      shipStation: `http://127.0.0.1:${ports.shipStation}`,
      siteFlow: `http://127.0.0.1:${ports.siteFlow}`,
      siteFlowSubmit: `http://127.0.0.1:${ports.siteFlowSubmit}`,
    },
    egressAllow: hosts.join(','),
    env: {
      'shipstation-simulator': { SIMULATOR_CONFIG: shipStationConfig, SIMULATOR_PORT: String(ports.shipStation), ...dataFile('shipstation') },
      'hp-site-flow-simulator': {
        SIMULATOR_CONFIG: siteFlowConfig, SIMULATOR_PORT: String(ports.siteFlow), SIMULATOR_SUBMIT_PORT: String(ports.siteFlowSubmit), ...dataFile('hp-site-flow'),
      },
    },
  };
}

async function choosePorts(path: string): Promise<SimulatorPorts> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  const last = JSON.parse(text) as Partial<SimulatorPorts>;
  const shipStation = await freePort(last.shipStation);
  const siteFlow = await freePort(last.siteFlow);
  const ports = { shipStation, siteFlow, siteFlowSubmit: await freePort(last.siteFlowSubmit) };
  if (new Set(Object.values(ports)).size < 3) return choosePorts(path);
  await writeFile(path, `${JSON.stringify(ports)}\n`);
  return ports;
}

async function writeConfig(folder: DataFolder, name: string, config: object): Promise<string> {
  const path = join(folder.simulators, `${name}.config.json`);
  await writeFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return path;
}
