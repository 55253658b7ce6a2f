export interface SimulatedSku {
  code: string;
  /** Every order item must bring exactly these components. */
  components?: string[];
  active?: boolean;
}

export interface SimulatedCarrier {
  alias?: string;
  code?: string;
  service?: string;
}

export interface SimulatedAccount {
  flavour: 'oneflow' | 'printos';
  /** API token (oneflow) or key (printos). */
  token: string;
  secret: string;
  /** Name of the account that owns the token. */
  sourceAccount: string;
  /** Producing accounts that it is linked to. */
  destinations: string[];
  /** A bare code is an active SKU with the one component "Content". */
  skus: Array<string | SimulatedSku>;
  /** Codes that stockItems may order. */
  stock?: string[];
  carriers?: SimulatedCarrier[];
  requestsPerMinute?: number;
}

export interface SimulatorOptions {
  host?: string;
  /** Management host; 0 takes a free one. */
  port?: number;
  /** Submit host of the oneflow flavour. */
  submitPort?: number;
  accounts: SimulatedAccount[];
  /** From acknowledgement to the end of the checks, when the order appears or is dropped. */
  asyncDelayMs?: number;
  /** Append-only; read at start, so that a killed process comes back with what it acknowledged. */
  dataFile?: string;
  /** How far the simulator's clock is ahead of the real one. */
  clockSkewMs?: number;
  /** Shape of an order in answers; servers differ. */
  orderShape?: 'bare' | 'wrapped' | 'list';
  /** Ids that tell when they were made, as real ones do. Off by default, so that a test can give a submission any age. */
  datedIds?: boolean;
}

export const defaultCarriers: SimulatedCarrier[] = [
  { alias: 'ground' }, { alias: 'express' }, { alias: 'pickup' },
  { code: 'customer', service: 'shipping' }, { code: 'customer', service: 'pickup' }, { code: 'fedex', service: 'ground' },
];

export const defaultAsyncDelayMs = 150;
export const defaultRequestsPerMinute = 3000;
