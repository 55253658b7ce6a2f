import { modelError, type Answer } from './answers.ts';

export type Json = Record<string, unknown>;

/** What the account knows that an order may name. */
export interface Known {
  manualStoreIds: ReadonlySet<number>;
  tagIds: ReadonlySet<number>;
}

const orderStatuses = new Set(['awaiting_payment', 'awaiting_shipment', 'pending_fulfillment', 'on_hold', 'shipped', 'cancelled']);
const confirmations = new Set(['none', 'delivery', 'signature', 'adult_signature', 'direct_signature']);
const weightUnits = new Set(['pounds', 'ounces', 'grams']);
const localTime = /^(\d{4}-\d{2}-\d{2})(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?)?$/;

const orderTexts = ['orderKey', 'customerUsername', 'customerEmail', 'customerNotes', 'internalNotes', 'paymentMethod', 'requestedShippingService', 'carrierCode', 'serviceCode', 'packageCode'];
const orderDates = ['orderDate', 'paymentDate', 'shipByDate'];
const orderAmounts = ['amountPaid', 'taxAmount', 'shippingAmount'];
const addressTexts = ['name', 'company', 'street1', 'street2', 'street3', 'city', 'state', 'postalCode', 'country', 'phone'];
const itemTexts = ['lineItemKey', 'sku', 'name', 'imageUrl', 'warehouseLocation', 'fulfillmentSku', 'upc'];
const itemAmounts = ['unitPrice', 'taxAmount', 'shippingAmount'];

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Types and formats, all complaints at once; undefined when the body fits the model. A wrong type refuses a whole bulk call. */
export function checkModel(order: unknown): Answer | undefined {
  const complaints: Record<string, string[]> = {};
  const complain = (path: string, text: string): void => void (complaints[`apiOrder.${path}`] ??= []).push(text);
  if (!isObject(order)) return modelError({ apiOrder: ['An object is expected.'] });

  const check = (owner: Json, prefix: string, names: readonly string[], rule: { fits: (value: unknown) => boolean; text: string }): void => {
    for (const name of names) if (owner[name] !== undefined && owner[name] !== null && !rule.fits(owner[name])) complain(`${prefix}${name}`, rule.text);
  };
  check(order, '', ['orderNumber', ...orderTexts], isText);
  check(order, '', orderDates, isLocalTime);
  check(order, '', orderAmounts, isAmount);
  check(order, '', ['orderId'], isId);
  check(order, '', ['orderStatus'], oneOf(orderStatuses));
  check(order, '', ['confirmation'], oneOf(confirmations));
  check(order, '', ['billTo', 'shipTo', 'weight', 'advancedOptions'], isRecord);
  check(order, '', ['items', 'tagIds'], isList);
  for (const side of ['billTo', 'shipTo']) if (isObject(order[side])) check(order[side], `${side}.`, addressTexts, isText);
  if (isObject(order['weight'])) checkWeight(order['weight'], 'weight.', check);
  if (isObject(order['advancedOptions'])) {
    check(order['advancedOptions'], 'advancedOptions.', ['storeId', 'warehouseId'], isId);
    check(order['advancedOptions'], 'advancedOptions.', ['customField1', 'customField2', 'customField3'], atMost(100));
  }
  listOf(order['tagIds']).forEach((tag, index) => check({ tag }, `tagIds[${index}].`, ['tag'], isId));
  listOf(order['items']).forEach((item, index) => {
    const prefix = `items[${index}].`;
    if (!isObject(item)) return complain(prefix, 'An object is expected.');
    check(item, prefix, itemTexts, isText);
    check(item, prefix, itemAmounts, isAmount);
    check(item, prefix, ['quantity'], isCount);
    check(item, prefix, ['adjustment'], isFlag);
    check(item, prefix, ['weight'], isRecord);
    if (isObject(item['weight'])) checkWeight(item['weight'], `${prefix}weight.`, check);
    listOf(item['options']).forEach((option, at) => check(isObject(option) ? option : { name: 0 }, `${prefix}options[${at}].`, ['name', 'value'], atMost(1000)));
  });
  return Object.keys(complaints).length === 0 ? undefined : modelError(complaints);
}

type Check = (owner: Json, prefix: string, names: readonly string[], rule: Rule) => void;

function checkWeight(weight: Json, prefix: string, check: Check): void {
  check(weight, prefix, ['value'], { fits: (value) => typeof value === 'number' && value >= 0, text: 'A number is expected.' });
  check(weight, prefix, ['units'], oneOf(weightUnits));
}

/** Business rules, first one broken; undefined when ShipStation would take the order. In a bulk call they refuse one row. */
export function brokenRule(order: Json, known: Known): string | undefined {
  for (const [name, label] of [['orderNumber', 'OrderNumber'], ['orderDate', 'OrderDate'], ['orderStatus', 'OrderStatus'], ['billTo', 'BillTo'], ['shipTo', 'ShipTo']] as const) {
    if (isMissing(order[name])) return `${label} Is Required`;
  }
  if ((order['orderNumber'] as string).length > 50) return 'OrderNumber must not exceed 50 characters';
  return brokenAddressRule('Bill To', order['billTo'] as Json, ['name'])
    ?? brokenAddressRule('Ship To', order['shipTo'] as Json, ['name', 'street1', 'city', 'country'])
    ?? brokenItemRule(order)
    ?? brokenReference(order, known);
}

function brokenAddressRule(side: string, address: Json, required: readonly string[]): string | undefined {
  for (const name of required) if (isMissing(address[name])) return `${side}: ${name.charAt(0).toUpperCase()}${name.slice(1)} must be provided.`;
  const { country } = address;
  return typeof country === 'string' && country !== '' && !/^[A-Z]{2}$/.test(country) ? `${side}: Country must be a two-letter code.` : undefined;
}

function brokenItemRule(order: Json): string | undefined {
  for (const item of listOf(order['items']) as Json[]) {
    if (isMissing(item['name'])) return 'Items: Name must be provided.';
    if (isMissing(item['quantity'])) return 'Items: Quantity must be provided.';
  }
  return undefined;
}

function brokenReference(order: Json, known: Known): string | undefined {
  const storeId = isObject(order['advancedOptions']) ? order['advancedOptions']['storeId'] : undefined;
  if (typeof storeId === 'number' && !known.manualStoreIds.has(storeId)) return `Store ${storeId} is not a manual store of this account.`;
  const tag = (listOf(order['tagIds']) as number[]).find((id) => !known.tagIds.has(id));
  return tag === undefined ? undefined : `Tag ${tag} does not exist.`;
}

interface Rule {
  fits: (value: unknown) => boolean;
  text: string;
}

const isText: Rule = { fits: (value) => typeof value === 'string', text: 'A string is expected.' };
const isFlag: Rule = { fits: (value) => typeof value === 'boolean', text: 'A boolean is expected.' };
const isList: Rule = { fits: Array.isArray, text: 'An array is expected.' };
const isRecord: Rule = { fits: isObject, text: 'An object is expected.' };
const isId: Rule = { fits: (value) => Number.isSafeInteger(value) && (value as number) > 0, text: 'A positive whole number is expected.' };
const isCount: Rule = { fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0, text: 'A whole number is expected.' };
const isAmount: Rule = {
  fits: (value) => typeof value === 'number' && Number.isFinite(value) && Number(value.toFixed(2)) === value,
  text: 'A number with at most two decimals is expected.',
};
const isLocalTime: Rule = {
  fits: (value) => {
    const day = typeof value === 'string' ? localTime.exec(value)?.[1] : undefined;
    return day !== undefined && isDay(day);
  },
  text: 'A date and time without a zone is expected.',
};

function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

function oneOf(values: ReadonlySet<string>): Rule {
  return { fits: (value) => typeof value === 'string' && values.has(value), text: `One of ${[...values].join(', ')} is expected.` };
}

function atMost(length: number): Rule {
  return { fits: (value) => typeof value === 'string' && value.length <= length, text: `A string of at most ${length} characters is expected.` };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

