/** Subjects of every message. Tokens are lower-case UUIDs, provider keys and event names, so none needs escaping. */

export const orderEvents = [
  'placed', 'payment-received', 'item-approved', 'item-denied', 'item-files-generated', 'item-status-changed', 'updated', 'item-updated',
] as const;
export type OrderEvent = (typeof orderEvents)[number];

export const subjects = {
  presseroOrder: (event: OrderEvent, subscriberId: string) => `pressero.order.${event}.${subscriberId}`,
  registryAccount: (subscriberId: string, accountId: string) => `registry.account.${subscriberId}.${accountId}`,
  registryActivation: (subscriberId: string, siteId: string, accountId: string) => `registry.activation.${subscriberId}.${siteId}.${accountId}`,
  registryEntity: (subscriberId: string, accountId: string, kind: string, entityId: string) =>
    `registry.entity.${subscriberId}.${accountId}.${kind}.${entityId}`,
  registrySite: (subscriberId: string, siteId: string) => `registry.site.${subscriberId}.${siteId}`,
  connectorManifest: (provider: string) => `connector.manifest.${provider}`,
  orderDecided: (subscriberId: string) => `order.decided.${subscriberId}`,
  workPush: (provider: string, accountId: string) => `work.push.${provider}.${accountId}`,
  workInbound: (provider: string, accountId: string) => `work.inbound.${provider}.${accountId}`,
  outcomePush: (provider: string, accountId: string) => `outcome.push.${provider}.${accountId}`,
  pushChanged: (subscriberId: string) => `integration.push.changed.${subscriberId}`,
  pushCommand: (subscriberId: string) => `command.push.${subscriberId}`,
  accountCommand: (subscriberId: string) => `command.account.${subscriberId}`,
  deadPush: (provider: string, accountId: string) => `dead.push-dispatch.push.${provider}.${accountId}`,
  dead: (consumer: string, subject: string) => `dead.${consumer}.${subject}`,
  providerCheck: (provider: string) => `rpc.${provider}.check`,
  providerInbound: (provider: string) => `rpc.${provider}.inbound`,
  rpcPresseroCheckAccess: 'rpc.pressero.check-access',
  rpcDispatchKnown: 'rpc.dispatch.known',
  rpcDispatchPushes: 'rpc.dispatch.pushes',
  rpcDispatchPush: 'rpc.dispatch.push',
  rpcDispatchDead: 'rpc.dispatch.dead',
  rpcDispatchLanes: 'rpc.dispatch.lanes',
  rpcDispatchSums: 'rpc.dispatch.sums',
  rpcEligibilityDecisions: 'rpc.eligibility.decisions',
  rpcEligibilityRedecide: 'rpc.eligibility.redecide',
} as const;

/** CloudEvents type of each message, carried in the ce-type header. */
export const eventTypes = {
  presseroOrder: 'com.pressero.order.changed.v1',
  registryAccount: 'com.pressero.registry.account.v1',
  registryActivation: 'com.pressero.registry.activation.v1',
  registryEntity: 'com.pressero.registry.entity.v1',
  registrySite: 'com.pressero.registry.site.v1',
  connectorManifest: 'com.pressero.connector.manifest.v1',
  orderDecided: 'com.pressero.order.decided.v1',
  workPush: 'com.pressero.work.push.v1',
  workInbound: 'com.pressero.work.inbound.v1',
  outcomePush: 'com.pressero.outcome.push.v1',
  pushChanged: 'com.pressero.integration.push.changed.v1',
  pushCommand: 'com.pressero.command.push.v1',
  accountCommand: 'com.pressero.command.account.v1',
  deadPush: 'com.pressero.dead.push.v1',
  deadLetter: 'com.pressero.dead.v1',
} as const;
