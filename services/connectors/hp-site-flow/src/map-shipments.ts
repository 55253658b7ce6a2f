import type { PushItem, PushOrder } from '@pes/connector-sdk';
import { isJson } from './read-answer.ts';
import { textOf } from './settings.ts';

type Carrier = { alias: string } | { code: string; service: string };

export interface Shipment {
  shipmentIndex: number;
  shipTo: ReturnType<typeof shipToOf>;
  carrier: Carrier;
  shipByDate?: string;
}

const countryNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const northAmerica = new Set(['US', 'CA']);

function countryName(code: string): string | undefined {
  return /^[A-Z]{2}$/.test(code) ? countryNames.of(code) : undefined;
}

/** Digits only: labels fail on punctuation, and in North America on a leading 1. */
function phoneOf(phone: string | undefined, country: string): string | undefined {
  const digits = (phone ?? '').replace(/\D/g, '');
  return textOf(northAmerica.has(country) && digits.length === 11 ? digits.replace(/^1/, '') : digits);
}

/** Phone and e-mail of the buyer fill the gaps: without them Site Flow takes the order and then cannot make a label. */
function shipToOf({ shipTo }: PushItem['item'], { customer, billTo }: PushOrder['order']) {
  return {
    name: shipTo.name.trim(),
    companyName: textOf(shipTo.company),
    address1: shipTo.street1.trim(),
    address2: textOf(shipTo.street2),
    address3: textOf(shipTo.street3),
    town: shipTo.city.trim(),
    state: textOf(shipTo.state),
    postcode: textOf(shipTo.postalCode),
    isoCountry: shipTo.country,
    country: countryName(shipTo.country),
    phone: phoneOf(textOf(shipTo.phone) ?? billTo.phone, shipTo.country),
    email: textOf(shipTo.email) ?? textOf(customer.email),
  };
}

/** An alias, or code and service together; undefined when neither is complete. */
function readCarrier(value: unknown): Carrier | undefined {
  if (!isJson(value)) return undefined;
  const [alias, code, service] = [textOf(value.alias), textOf(value.code), textOf(value.service)];
  if (alias !== undefined) return { alias };
  return code === undefined || service === undefined ? undefined : { code, service };
}

export interface ShipmentPlan {
  shipments: Shipment[];
  /** Item number → shipmentIndex. */
  indexes: Map<number, number>;
  /** Items whose shipping method leads to no carrier. */
  withoutCarrier: PushItem[];
}

/** One shipment for each distinct address and shipping method. The earliest date of its items is when it must leave. */
export function planShipments(push: PushOrder, defaultCarrier: unknown): ShipmentPlan {
  const plan: ShipmentPlan = { shipments: [], indexes: new Map(), withoutCarrier: [] };
  const indexes = new Map<string, number>();
  for (const entry of push.items) {
    // A mapping that is incomplete is a mistake to be shown, not a reason to ship some other way.
    const carrier = readCarrier(entry.shipping ?? defaultCarrier);
    if (carrier === undefined) {
      plan.withoutCarrier.push(entry);
      continue;
    }
    const shipTo = shipToOf(entry.item, push.order);
    const key = JSON.stringify([shipTo, carrier, entry.item.shippingMethod.methodId]);
    const shipmentIndex = indexes.get(key) ?? plan.shipments.push({ shipmentIndex: plan.shipments.length, shipTo, carrier }) - 1;
    indexes.set(key, shipmentIndex);
    plan.indexes.set(entry.itemNumber, shipmentIndex);
    const shipment = plan.shipments[shipmentIndex];
    const date = entry.item.requestedShipDate ?? push.order.requestedShipDate;
    if (shipment !== undefined && date !== undefined && (shipment.shipByDate === undefined || date < shipment.shipByDate)) shipment.shipByDate = date;
  }
  return plan;
}
