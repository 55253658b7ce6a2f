import type { DecisionReason } from '@pes/contracts';
import type { OrderState, PushState } from './order-state.ts';

/** An order as the read model has it. */
export interface ReadOrder {
  orderId: string;
  orderNumber: number;
  siteId: string;
  siteName: string | null;
  placedAt: Date;
  state: OrderState;
  /** Null until the decision was heard of. */
  result: 'eligible' | 'waiting' | null;
  final: boolean;
  version: number;
  decidedAt: Date | null;
  reasons: DecisionReason[];
  itemNumbers: number[];
  noTargetMessage: string | null;
}

/** One of its pushes. */
export interface ReadPush {
  pushId: string;
  orderId: string;
  orderNumber: number;
  siteId: string;
  accountId: string;
  accountName: string | null;
  provider: string;
  placedAt: Date;
  state: PushState;
  code: string | null;
  message: string;
  reference: string | null;
  providerRef: string | null;
  attempt: number;
  nextAttemptAt: Date | null;
  revision: number;
  changedAt: Date;
}
