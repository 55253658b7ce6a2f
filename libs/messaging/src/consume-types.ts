import type { ConsumerSpec, FailureCode } from '@pes/contracts';

export interface RawMessage {
  subject: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

export type Decoded<T> = { ok: true; value: T } | { ok: false; code: FailureCode; errors: string[] };

export interface Received<T> {
  value: T;
  subject: string;
  deliveries: number;
  publishedAtMs: number;
}

export interface ConsumeOptions<T> {
  consumer: ConsumerSpec;
  decode(message: RawMessage): Decoded<T>;
  /** Must be idempotent. Resolves when every message may be acknowledged. */
  handle(batch: Array<Received<T>>): Promise<void>;
  /** True when the data, not the infrastructure, made `handle` fail. */
  isDataError(error: unknown): boolean;
  maxBatch: number;
  /** A batch is full at this size too, however few messages it holds: one may carry fifty orders. Default 512 KiB. */
  maxBatchBytes?: number;
  maxWaitMs: number;
  /** Flushes that may run at once. */
  maxFlushes: number;
  onDead?(code: string): void;
}

export interface Consumption {
  /** Stops pulling, finishes what was received, acknowledges it. */
  stop(): Promise<void>;
}
