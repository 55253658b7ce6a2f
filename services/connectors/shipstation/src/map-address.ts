import type { Address, OrderSnapshot } from '@pes/contracts';
import { textOf } from './settings.ts';

export type AddressBody = ReturnType<typeof mapAddress>;

/** ShipStation refuses an address without a name, so one is always found (V1 docs, Address). */
export function mapAddress(address: Address, order: OrderSnapshot) {
  const buyer = `${order.customer.firstName} ${order.customer.lastName}`;
  return {
    name: textOf(address.name) ?? textOf(address.company) ?? textOf(buyer) ?? order.siteName,
    company: textOf(address.company) ?? null,
    street1: address.street1,
    street2: textOf(address.street2) ?? null,
    street3: textOf(address.street3) ?? null,
    city: address.city,
    state: textOf(address.state) ?? null,
    postalCode: textOf(address.postalCode) ?? null,
    country: address.country.trim().toUpperCase(),
    phone: textOf(address.phone) ?? null,
  };
}
