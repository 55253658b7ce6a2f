import { fileURLToPath } from 'node:url';

export const serviceNames = ['order-eligibility', 'push-dispatch', 'shipstation', 'hp-site-flow', 'gateway'] as const;
export const simulatorNames = ['shipstation-simulator', 'hp-site-flow-simulator'] as const;

export type ServiceName = (typeof serviceNames)[number];
export type SimulatorName = (typeof simulatorNames)[number];
export type ProcessName = ServiceName | SimulatorName;

/** They are started, not imported: each is a program of its own, as in production. */
const entries: Readonly<Record<ProcessName, string>> = {
  'order-eligibility': 'order-eligibility/src/main.ts',
  'push-dispatch': 'push-dispatch/src/main.ts',
  gateway: 'gateway/src/main.ts',
  shipstation: 'connectors/shipstation/src/main.ts',
  'hp-site-flow': 'connectors/hp-site-flow/src/main.ts',
  'shipstation-simulator': 'connectors/shipstation/simulator/main.ts',
  'hp-site-flow-simulator': 'connectors/hp-site-flow/simulator/main.ts',
};

export function entryOf(name: ProcessName): string {
  return fileURLToPath(new URL(`../../../${entries[name]}`, import.meta.url));
}

/** Database schema and role of each service that has a database. */
export const schemas = { 'order-eligibility': 'eligibility', 'push-dispatch': 'dispatch', gateway: 'gateway' } as const;
