import type { OrderItem, OrderSnapshot } from '@pes/contracts';
import { activations, type Account, type Provider } from '../seed/accounts.ts';
import { sites, type Site } from '../seed/sites.ts';

/**
 * What must happen to an order, worked out from the rules of the product as people state them, for comparison with what did happen.
 * It is written apart from the services and imports nothing of theirs: a mistake that both shared would stay unseen.
 */
export interface Expectation {
  eligible: boolean;
  /** One for each account that is live on the site; none when the order waits. */
  deliveries: Delivery[];
}

/** The order at one account. */
export interface Delivery {
  accountId: string;
  provider: Provider;
  /** `<prefix><order number>` */
  reference: string;
  /** rejected: the provider gets it and refuses. waiting-mapping: it is never sent, because the provider needs a value that nobody set. */
  state: 'sent' | 'rejected' | 'waiting-mapping';
  /** `<reference>-<item number>` of exactly the items that belong to the provider. */
  itemReferences: string[];
  /** How many orders the provider makes of it. */
  parts: number;
}

/** Works on the version that decides: the newest one before anything was sent. */
export function expectationOf(order: OrderSnapshot): Expectation {
  const site = siteOf(order);
  const items = itemsToSend(order, site);
  if (items.length === 0) return { eligible: false, deliveries: [] };
  const live = activations.filter((activation) => activation.live && activation.site.siteId === site.siteId);
  return { eligible: true, deliveries: live.map(({ account }) => deliveryTo(account, order, items)) };
}

/** The items that go out; none when something holds the order back. Denied items take no part in anything. */
function itemsToSend(order: OrderSnapshot, site: Site): OrderItem[] {
  if (!order.isPaid) return [];
  const notDenied = order.items.filter((item) => item.approval !== 'denied');
  const cancelled = notDenied.filter((item) => item.status.state === 'cancelled');
  if (cancelled.length > 0 && site.invalidItemPolicy === 'block-order') return [];
  const wanted = notDenied.filter((item) => !cancelled.includes(item));
  if (wanted.some((item) => item.approval === 'pending')) return [];
  const missesFile = (item: OrderItem): boolean => item.files.some((file) => file.role !== 'proof' && (file.state !== 'ready' || file.url === undefined));
  return wanted.some(missesFile) ? [] : wanted;
}

function deliveryTo(account: Account, order: OrderSnapshot, items: readonly OrderItem[]): Delivery {
  const reference = `${account.referencePrefix}${order.orderNumber}`;
  return {
    accountId: account.accountId,
    provider: account.provider,
    reference,
    state: stateAt(account.provider, items),
    itemReferences: items.map(({ itemNumber }) => `${reference}-${itemNumber}`),
    parts: account.provider === 'shipstation' ? shipmentsOf(items) : 1,
  };
}

/** Site Flow knows a product only by its SKU. ShipStation knows a non-integrated shipping method only by a mapping or an Integration ID. */
function stateAt(provider: Provider, items: readonly OrderItem[]): Delivery['state'] {
  if (provider === 'hp-site-flow') return items.every(({ integrationId }) => integrationId !== undefined) ? 'sent' : 'waiting-mapping';
  const unknownMethod = items.some(({ shippingMethod: { kind, integrationId } }) => kind === 'non-integrated' && integrationId === undefined);
  return unknownMethod ? 'rejected' : 'sent';
}

/** ShipStation orders have one address and one shipping method. */
function shipmentsOf(items: readonly OrderItem[]): number {
  return new Set(items.map(({ shipTo, shippingMethod }) => JSON.stringify([shipTo, shippingMethod.methodId]))).size;
}

function siteOf(order: OrderSnapshot): Site {
  const site = Object.values(sites).find(({ siteId }) => siteId === order.siteId);
  if (site === undefined) throw new Error(`order ${order.orderNumber} belongs to no demo site`);
  return site;
}

