export { applyAccounts, applyActivations, applyEntities } from './apply-events.sql.ts';
export { loadContext, type AccountContext, type ActivationContext, type EntityContext, type RegistryContext } from './load-context.sql.ts';
export { applyManifests, loadManifests } from './manifests.sql.ts';
export { registryTables } from './tables.ts';
