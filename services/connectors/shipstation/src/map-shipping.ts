import type { PushItem } from '@pes/connector-sdk';
import { textOf } from './settings.ts';

export interface ShippingBody {
  requestedShippingService: string;
  carrierCode?: string | undefined;
  serviceCode?: string | undefined;
  packageCode?: string | undefined;
  confirmation?: string | undefined;
}

/**
 * The shipping service of an item; undefined when ShipStation could make nothing of the method. Mapped values win. An integrated method
 * or a pickup without them goes by its name, which ShipStation's own mapping rules can read. A non-integrated one needs an Integration ID
 * (ShipStation integration help page): "carrier/service" gives both codes, anything else is the name of a service.
 */
export function mapShipping({ item, shipping }: PushItem): ShippingBody | undefined {
  const { name, kind, integrationId } = item.shippingMethod;
  if (shipping !== null) {
    return {
      requestedShippingService: name,
      carrierCode: textOf(shipping['carrierCode']),
      serviceCode: textOf(shipping['serviceCode']),
      packageCode: textOf(shipping['packageCode']),
      confirmation: textOf(shipping['confirmation']),
    };
  }
  if (kind !== 'non-integrated') return { requestedShippingService: name };
  const service = textOf(integrationId);
  if (service === undefined) return undefined;
  const [, carrierCode, serviceCode] = /^([a-z0-9_]+)\/([a-z0-9_]+)$/.exec(service) ?? [];
  return carrierCode === undefined ? { requestedShippingService: service } : { requestedShippingService: name, carrierCode, serviceCode };
}
