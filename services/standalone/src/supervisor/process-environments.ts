import type { BackingServers } from './backing-servers.ts';
import { schemas, type ProcessName, type ServiceName } from './programs.ts';
import type { InstanceSecrets } from './secrets.ts';
import type { SimulatorSetup } from './simulator-setup.ts';

export interface EnvironmentParts {
  backing: BackingServers;
  databaseUrls: Record<string, string>;
  secrets: InstanceSecrets;
  simulators: SimulatorSetup;
  streamStorageMb: number;
  /** Port of the gateway's HTTP API. */
  apiPort: number;
  logLevel: string;
  /** By process; wins over everything else. */
  own: Partial<Record<ProcessName, Record<string, string>>>;
}

/** The variables of one process: each gets its own database address and keys, and nothing of the others. */
export function environmentOf(name: ProcessName, parts: EnvironmentParts): Record<string, string> {
  const { simulators, own } = parts;
  const given = name === 'shipstation-simulator' || name === 'hp-site-flow-simulator' ? simulators.env[name] : serviceEnvironment(name, parts);
  return { ...given, ...own[name] };
}

function serviceEnvironment(name: ServiceName, parts: EnvironmentParts): Record<string, string> {
  const { backing, databaseUrls, secrets, simulators, streamStorageMb, apiPort, logLevel } = parts;
  const shared = { NATS_URL: backing.natsUrl, HTTP_PORT: '0', LOG_LEVEL: logLevel, STREAM_STORAGE_MB: String(streamStorageMb) };
  if (name === 'order-eligibility' || name === 'push-dispatch') return { ...shared, DATABASE_URL: databaseUrls[schemas[name]] ?? '' };
  if (name === 'gateway') {
    return {
      ...shared, DATABASE_URL: databaseUrls[schemas[name]] ?? '', API_PORT: String(apiPort), PUBLIC_URL: `http://127.0.0.1:${apiPort}`,
      AUTH_SECRET: secrets.authSecret, MASTER_KEYS: secrets.masterKeys, EGRESS_ALLOW: simulators.egressAllow,
      // The demo subscriber is announced before any service runs.
      ADOPT_REGISTRY: 'true',
    };
  }
  return { ...shared, CREDENTIAL_KEYS: secrets.credentialKeys(name), EGRESS_ALLOW: simulators.egressAllow };
}
