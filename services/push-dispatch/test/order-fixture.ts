import { schemas, type ConnectorManifest, type OrderDecision, type OrderItem, type OrderSnapshot } from '@pes/contracts';
import type { AccountContext, ActivationContext, EntityContext, RegistryContext } from '@pes/registry';

function exampleOf<T>(name: Parameters<typeof schemas.get>[0]): T {
  return structuredClone(schemas.get(name)?.examples?.[0]) as T;
}

export const ids = {
  subscriber: '11111111-0000-7000-8000-000000000001',
  site: '11111111-0000-7000-8000-000000000002',
  accountA: '11111111-0000-7000-8000-00000000000a',
  accountB: '11111111-0000-7000-8000-00000000000b',
  product: '11111111-0000-7000-8000-000000000003',
  user: '11111111-0000-7000-8000-000000000004',
};

export function orderId(n: number): string {
  return `22222222-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

export function anItem(changes: Partial<OrderItem> = {}): OrderItem {
  const { items } = exampleOf<OrderSnapshot>('order-snapshot');
  const item = { ...(items[0] as OrderItem), productId: ids.product, productName: 'Folded leaflet', ...changes };
  return item;
}

export function anOrder(changes: Partial<OrderSnapshot> = {}): OrderSnapshot {
  const example = exampleOf<OrderSnapshot>('order-snapshot');
  return {
    ...example, orderId: orderId(1), orderNumber: 501, version: 1, subscriberId: ids.subscriber, siteId: ids.site, siteName: 'Leaflet Shop',
    customer: { ...example.customer, userId: ids.user, firstName: 'Kim', lastName: 'Ledger' }, items: [anItem()], ...changes,
  };
}

export function aDecision(changes: Partial<OrderDecision> = {}): OrderDecision {
  const order = changes.order === undefined ? anOrder({ orderId: changes.orderId ?? orderId(1), orderNumber: changes.orderNumber ?? 501, version: changes.version ?? 1 }) : changes.order;
  return {
    orderId: orderId(1), orderNumber: 501, version: 1, subscriberId: ids.subscriber, siteId: ids.site, result: 'eligible', final: false, reasons: [],
    itemNumbers: [1], decidedAt: '2026-03-01T10:00:00.000Z', ...changes, order,
  };
}

export function aManifest(changes: Partial<ConnectorManifest> = {}): ConnectorManifest {
  return { ...exampleOf<ConnectorManifest>('connector-manifest'), provider: 'acme-press', displayName: 'Acme Press', mappings: [], ...changes };
}

export function anAccount(changes: Partial<AccountContext> = {}): AccountContext {
  return {
    accountId: ids.accountA, subscriberId: ids.subscriber, provider: 'acme-press', name: 'Acme East', state: 'active', referencePrefix: 'AE-',
    settings: {}, sealedCredentials: 'sealed', version: 1, ...changes,
  };
}

export function anActivation(changes: Partial<ActivationContext> = {}): ActivationContext {
  return { siteId: ids.site, accountId: ids.accountA, enabled: true, live: true, settings: {}, ...changes };
}

export function aContext(parts: { accounts?: AccountContext[]; activations?: ActivationContext[]; entities?: EntityContext[] } = {}): RegistryContext {
  const { accounts = [anAccount()], activations = [anActivation()], entities = [] } = parts;
  const bySite = new Map<string, ActivationContext[]>();
  for (const activation of activations) bySite.set(activation.siteId, [...(bySite.get(activation.siteId) ?? []), activation]);
  return {
    accounts: new Map(accounts.map((account) => [account.accountId, account])),
    activations: bySite,
    entity: (accountId, kind, entityId) => entities.find((entity) => entity.accountId === accountId && entity.kind === kind && entity.entityId === entityId),
  };
}
