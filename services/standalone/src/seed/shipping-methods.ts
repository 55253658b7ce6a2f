import type { ShippingMethod } from '@pes/contracts';

export const shippingMethods = {
  ground: { methodId: 'ground', name: 'Ground', kind: 'integrated' },
  twoDay: { methodId: 'two-day', name: '2nd Day Air', kind: 'integrated' },
  van: { methodId: 'own-van', name: 'Delivery by our van', kind: 'non-integrated', integrationId: 'Local delivery' },
  /** Nobody mapped it and it has no Integration ID: ShipStation cannot tell a service from it, Site Flow uses the account's stand-in. */
  courier: { methodId: 'courier', name: 'Bike courier', kind: 'non-integrated' },
  pickup: { methodId: 'pickup', name: 'Pick up at the counter', kind: 'pickup' },
} as const satisfies Record<string, ShippingMethod>;
