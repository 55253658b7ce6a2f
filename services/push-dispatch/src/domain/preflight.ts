import type { ConnectorManifest, OrderItem, OrderSnapshot, PushItem, PushOrder } from '@pes/contracts';
import type { AccountContext, ActivationContext, RegistryContext } from '@pes/registry';
import { itemReference, orderReference } from './reference.ts';

/** One missing value, with the sentence that says what to fix and the product or user to open. */
export interface Problem {
  message: string;
  entityId: string | null;
}

export interface Target {
  account: AccountContext;
  activation: ActivationContext;
  manifest: ConnectorManifest;
}

type Mapping = ConnectorManifest['mappings'][number];
type Entity = PushItem['product'];
type Settings = Record<string, unknown>;

const nothing: Entity = { externalId: null, settings: {} };

function entityOf(context: RegistryContext, accountId: string, kind: 'product' | 'user', id: string): Entity & { active: boolean } {
  const found = context.entity(accountId, kind, id);
  return found === undefined ? { ...nothing, active: false } : { externalId: found.externalId, settings: found.settings, active: found.active };
}

/** The site's map has the method's id or name as key, names without regard to case; else the account's fallback. */
function shippingOf(item: OrderItem, mapping: Mapping | undefined, { account, activation }: Target): Settings | null {
  if (mapping === undefined) return null;
  const map = (mapping.siteSetting === undefined ? undefined : activation.settings[mapping.siteSetting]) as Record<string, Settings> | undefined;
  const { methodId, name } = item.shippingMethod;
  const byName = Object.keys(map ?? {}).find((key) => key.toLowerCase() === name.toLowerCase());
  const fallback = mapping.accountFallback === undefined ? undefined : (account.settings[mapping.accountFallback] as Settings | undefined);
  return map?.[methodId] ?? (byName === undefined ? undefined : map?.[byName]) ?? fallback ?? null;
}

function productProblems(item: OrderItem, product: Entity & { active: boolean }, mapping: Mapping): Problem[] {
  const problems: Problem[] = [];
  if (mapping.required && product.externalId === null) {
    problems.push({ message: `Not sent: product ${item.productName} has no ${mapping.label}. ${mapping.fix}`, entityId: item.productId });
  }
  if (mapping.mustBeActive === true && !product.active) {
    problems.push({ message: `Not sent: product ${item.productName} is not active for this account. ${mapping.fix}`, entityId: item.productId });
  }
  return problems;
}

function userProblems(order: OrderSnapshot, user: Entity & { active: boolean }, mapping: Mapping): Problem[] {
  const person = `${order.customer.firstName} ${order.customer.lastName}`.trim();
  const entityId = order.customer.userId;
  if (mapping.required && user.externalId === null) {
    return [{ message: `Not sent: site user ${person} has no ${mapping.label}. ${mapping.fix}`, entityId }];
  }
  if (mapping.mustBeActive === true && !user.active) {
    return [{ message: `Not sent: site user ${person} is not active for this account. ${mapping.fix}`, entityId }];
  }
  return [];
}

function mappedProduct(item: OrderItem, target: Target, context: RegistryContext, mappings: readonly Mapping[]): Entity & { active: boolean } {
  const product = entityOf(context, target.account.accountId, 'product', item.productId);
  const mayFallBack = mappings.some((mapping) => mapping.fallback === 'integration-id');
  const fallback = mayFallBack && item.integrationId !== undefined && item.integrationId !== '' ? item.integrationId : null;
  return { ...product, externalId: product.externalId ?? fallback };
}

/**
 * Prepares one order for one account, or names everything that is missing. Runs before any call, when the order arrives and again right
 * before each send, because a setting can change in between.
 */
export function preflight(order: OrderSnapshot, itemNumbers: readonly number[], target: Target, context: RegistryContext):
  { ok: true; push: PushOrder } | { ok: false; problems: Problem[] } {
  const { account, activation, manifest } = target;
  const byEntity = (entity: Mapping['entity']): Mapping[] => manifest.mappings.filter((mapping) => mapping.entity === entity);
  const productMappings = byEntity('product');
  const [shippingMapping] = byEntity('shipping-method');
  const reference = orderReference(account.referencePrefix, order.orderNumber);
  const user = entityOf(context, account.accountId, 'user', order.customer.userId);
  const problems = byEntity('user').flatMap((mapping) => userProblems(order, user, mapping));
  const items: PushItem[] = [];

  for (const item of order.items.filter((candidate) => itemNumbers.includes(candidate.itemNumber))) {
    const product = mappedProduct(item, target, context, productMappings);
    const shipping = shippingOf(item, shippingMapping, target);
    problems.push(...productMappings.flatMap((mapping) => productProblems(item, product, mapping)));
    if (shippingMapping?.required === true && shipping === null) {
      problems.push({ message: `Not sent: shipping method ${item.shippingMethod.name} has no ${shippingMapping.label}. ${shippingMapping.fix}`, entityId: null });
    }
    items.push({
      itemNumber: item.itemNumber,
      reference: itemReference(reference, item.itemNumber, manifest.reference),
      ...(hasEmptyKitItems(item) ? { item: withoutEmptyKitItems(item) } : {}),
      product: { externalId: product.externalId, settings: product.settings },
      shipping,
    });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, push: { reference, order, siteSettings: activation.settings, user: { externalId: user.externalId, settings: user.settings }, items } };
}

/** A child of a kit with quantity 0 was deselected by the buyer and must not be produced. */
function hasEmptyKitItems({ kitItems }: OrderItem): boolean {
  return kitItems?.some((child) => child.quantity === 0) ?? false;
}

function withoutEmptyKitItems(item: OrderItem): OrderItem {
  return { ...item, kitItems: (item.kitItems ?? []).filter((child) => child.quantity > 0) };
}

/** The sentence of a push that waits for values: the first problem, and how many more there are. */
export function problemSentence(problems: readonly Problem[]): string {
  const distinct = [...new Set(problems.map((problem) => problem.message))];
  const [first = ''] = distinct;
  return distinct.length <= 1 ? first : `${first} And ${distinct.length - 1} more: ${distinct.slice(1).join(' ')}`.slice(0, 2000);
}

/** Products and users that the push waits for; empty when only a site or account setting is missing. */
export function missingEntities(problems: readonly Problem[]): string[] {
  return [...new Set(problems.flatMap((problem) => problem.entityId ?? []))];
}
