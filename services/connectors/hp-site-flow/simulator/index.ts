export { startSiteFlowSimulator, type SiteFlowSimulator } from './start-simulator.ts';
export type { Fault } from './faults.ts';
export type { LedgerLine, SubmissionError } from './order-state.ts';
export type { SimulatedAccount, SimulatedCarrier, SimulatedSku, SimulatorOptions } from './settings.ts';
