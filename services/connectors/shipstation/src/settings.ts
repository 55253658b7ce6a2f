import type { Settings } from '@pes/connector-sdk';
import type { Address } from '@pes/contracts';

export type QuantityMode = 'auto' | 'pieces' | 'lots';

/** The account's settings with the site's on top and every default filled in. */
export interface ShipStationSettings {
  storeId: number | undefined;
  warehouseId: number | undefined;
  orderStatus: string;
  tagIds: number[];
  quantityMode: QuantityMode;
  defaultProductSku: string | undefined;
  productNaming: 'product-name' | 'item-name' | undefined;
  orderKeyPrefix: string;
  sendCustomerEmail: boolean;
  pickupTagId: number | undefined;
  pickupAddress: Address | undefined;
}

export const defaultBaseUrl = 'https://ssapi.shipstation.com';

/** A text setting without the blanks around it; undefined when nothing is left. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/** Ids come as numbers or, from a form, as digits. */
function idOf(value: unknown): number | undefined {
  const id = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

export function quantityModeOf(value: unknown): QuantityMode | undefined {
  return value === 'pieces' || value === 'lots' || value === 'auto' ? value : undefined;
}

/**
 * Keeps our keys apart from those of other accounts in the same ShipStation account. The end of the account id is its random part; with
 * the order id after it the key stays under 50 characters.
 */
function defaultKeyPrefix(accountId: string): string {
  return `hub-${accountId.slice(-8)}-`;
}

export function readSettings(accountId: string, account: Settings, site: Settings): ShipStationSettings {
  const { productNaming, tagIds, pickupAddress } = account;
  return {
    storeId: idOf(site['storeId']) ?? idOf(account['storeId']),
    warehouseId: idOf(site['warehouseId']) ?? idOf(account['warehouseId']),
    orderStatus: textOf(account['orderStatusOnCreate']) ?? 'awaiting_shipment',
    tagIds: Array.isArray(tagIds) ? tagIds.map(idOf).filter((id) => id !== undefined) : [],
    quantityMode: quantityModeOf(account['quantityMode']) ?? 'auto',
    defaultProductSku: textOf(account['defaultProductSku']),
    productNaming: productNaming === 'product-name' || productNaming === 'item-name' ? productNaming : undefined,
    orderKeyPrefix: textOf(account['orderKeyPrefix']) ?? defaultKeyPrefix(accountId),
    sendCustomerEmail: account['sendCustomerEmail'] === true,
    pickupTagId: idOf(account['pickupTagId']),
    pickupAddress: typeof pickupAddress === 'object' && pickupAddress !== null ? (pickupAddress as Address) : undefined,
  };
}
