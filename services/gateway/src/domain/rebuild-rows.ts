import type { OrderDecision, PushChange } from '@pes/contracts';
import type { ChangeRow } from './read-rows.ts';

/** A push as push-dispatch answers it over rpc.dispatch.pushes. */
export interface DispatchPush {
  push_id: string;
  order_id: string;
  account_id: string;
  subscriber_id: string;
  site_id: string;
  order_number: number;
  provider: string;
  reference: string;
  state: PushChange['state'];
  code: string | null;
  message: string;
  attempt: number;
  provider_ref: string | null;
  run_at: string | null;
  revision: number;
  updated_at: string;
}

/** The same as in the event that its last change was. */
export function changeOfPush(push: DispatchPush): ChangeRow {
  return {
    subscriberId: push.subscriber_id, pushId: push.push_id, orderId: push.order_id, orderNumber: push.order_number, siteId: push.site_id, accountId: push.account_id, provider: push.provider,
    state: push.state, code: push.code, message: push.message, reference: push.reference, providerRef: push.provider_ref, attempt: push.attempt, nextAttemptAt: push.run_at,
    revision: push.revision, at: push.updated_at,
  };
}

/** A decision as order-eligibility answers it over rpc.eligibility.decisions. */
export type StandingDecision = Omit<OrderDecision, 'order'>;
