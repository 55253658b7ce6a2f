import type { Violation } from './answer.ts';
import { defaultCarriers, type SimulatedAccount, type SimulatedSku } from './settings.ts';

type Json = Record<string, unknown>;
type Report = (path: string, message: string) => void;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const maxNumberLength = 25;
const requiredAddressFields = ['name', 'address1', 'town', 'isoCountry'];

function skuOf(account: SimulatedAccount, code: unknown): SimulatedSku | undefined {
  const found = account.skus.find((sku) => (typeof sku === 'string' ? sku : sku.code) === code);
  return typeof found === 'string' ? { code: found } : found;
}

function checkComponents(components: unknown[], sku: SimulatedSku, path: string, report: Report): void {
  const codes = components.map((component) => (isObject(component) ? component.code : undefined));
  const wanted = sku.components ?? ['Content'];
  codes.forEach((code, index) => {
    if (!wanted.includes(String(code))) report(`${path}.components.${index}.code`, `Component code not found on product: ${String(code)}`);
    else if (codes.indexOf(code) !== index) report(`${path}.components.${index}.code`, 'Component code given twice');
  });
  for (const code of wanted.filter((candidate) => !codes.includes(candidate))) report(`${path}.components`, `Component missing: ${code}`);
  components.filter(isObject).forEach((component, index) => {
    const at = `${path}.components.${index}`;
    if (!isText(component.path)) report(`${at}.path`, 'Path is required');
    else if (['true', true].includes(component.fetch as string | boolean) && !/^https?:\/\//.test(component.path)) report(`${at}.path`, 'Path is not a URL');
    if (component.attributes !== undefined && !isObject(component.attributes)) report(`${at}.attributes`, 'Attributes must be an object');
  });
}

function checkQuantityAndShipment(item: Json, path: string, shipments: number, report: Report): void {
  if (!Number.isInteger(item.quantity) || Number(item.quantity) < 1) report(`${path}.quantity`, 'Quantity must be a whole number of at least 1');
  const index = item.shipmentIndex ?? 0;
  if (!Number.isInteger(index) || Number(index) < 0 || Number(index) >= shipments) report(`${path}.shipmentIndex`, 'Shipment does not exist');
}

function checkItem(item: unknown, path: string, context: { account: SimulatedAccount; shipments: number; report: Report }): void {
  const { account, shipments, report } = context;
  if (!isObject(item)) return report(path, 'Item must be an object');
  if (!isText(item.sourceItemId)) report(`${path}.sourceItemId`, 'Source item ID is required');
  checkQuantityAndShipment(item, path, shipments, report);
  const sku = skuOf(account, item.sku);
  if (sku === undefined || sku.active === false) return report(`${path}.sku`, 'Invalid or inactive SKU');
  checkComponents(listOf(item.components), sku, path, report);
}

function isKnownCarrier({ carriers = defaultCarriers }: SimulatedAccount, carrier: Json): boolean {
  return carriers.some(({ alias, code, service }) => (isText(carrier.alias)
    ? alias === carrier.alias
    : code !== undefined && service !== undefined && code === carrier.code && service === carrier.service));
}

function checkShipment(shipment: unknown, path: string, account: SimulatedAccount, report: Report): void {
  if (!isObject(shipment)) return report(path, 'Shipment must be an object');
  const { shipTo, carrier } = shipment;
  if (!isObject(shipTo)) report(`${path}.shipTo`, 'Address is required');
  else {
    for (const field of requiredAddressFields.filter((name) => !isText(shipTo[name]))) report(`${path}.shipTo.${field}`, `${field} is required`);
    if (isText(shipTo.isoCountry) && !/^[A-Z]{2}$/.test(shipTo.isoCountry)) report(`${path}.shipTo.isoCountry`, 'Not a two-letter country code');
  }
  if (!isObject(carrier)) report(`${path}.carrier`, 'Carrier is required');
  else if (!isKnownCarrier(account, carrier)) report(`${path}.carrier`, 'Unknown carrier');
}

function checkHead(document: Json, orderData: Json, account: SimulatedAccount, report: Report): void {
  const destination = isObject(document.destination) ? document.destination.name : undefined;
  if (!account.destinations.includes(String(destination))) report('destination.name', 'Accounts are not linked');
  const { sourceOrderId, amount } = orderData;
  if (!isText(sourceOrderId)) report('orderData.sourceOrderId', 'Source order ID is required');
  else if (sourceOrderId.length > maxNumberLength) report('orderData.sourceOrderId', `Longer than ${maxNumberLength} characters`);
  if (amount !== undefined && typeof amount !== 'number') report('orderData.amount', 'Amount must be a number');
  // Empty members of these names make real submissions fail.
  for (const name of ['source', 'files', 'error']) if (document[name] !== undefined) report(name, 'Must not be submitted');
}

/** Everything that is wrong with a submitted order, besides a number that is taken. Unknown members are ignored, as the real server does. */
export function violationsOf(document: unknown, account: SimulatedAccount): Violation[] {
  const violations: Violation[] = [];
  const report: Report = (path, message) => violations.push({ path, message });
  if (!isObject(document) || !isObject(document.orderData)) return [{ path: 'orderData', message: 'Order data is required' }];
  const { orderData } = document;
  const [items, stockItems, shipments] = [listOf(orderData.items), listOf(orderData.stockItems), listOf(orderData.shipments)];
  checkHead(document, orderData, account, report);
  if (items.length === 0) report('orderData.items', 'At least one item is required');
  if (shipments.length === 0) report('orderData.shipments', 'At least one shipment is required');
  const context = { account, shipments: shipments.length, report };
  items.forEach((item, index) => checkItem(item, `orderData.items.${index}`, context));
  shipments.forEach((shipment, index) => checkShipment(shipment, `orderData.shipments.${index}`, account, report));
  stockItems.forEach((item, index) => {
    const path = `orderData.stockItems.${index}`;
    if (!isObject(item) || !(account.stock ?? []).includes(String(item.code))) return report(`${path}.code`, 'Unknown stock code');
    checkQuantityAndShipment(item, path, shipments.length, report);
  });
  return violations;
}
