import type { FailureCode, OrderSnapshot } from '@pes/contracts';
import type { PushRow, PushState } from './push-state.ts';

/** A push that may be sent now, with its order. */
export interface ClaimedPush extends PushRow {
  claimed_at: Date;
  lease_until: Date;
  first_sent_at: Date | null;
  /** The outcome of an earlier send is unknown. */
  check_first: boolean;
  /** One message's worth: the pushes of one account claimed together. */
  work_id: string;
  /** Whether the order is still ready; it may have changed since the push was queued. */
  eligible: boolean;
  item_numbers: number[];
  snapshot: OrderSnapshot;
}

/** A claimed push that must not be sent now, and why. */
export interface Parking {
  pushId: string;
  attempt: number;
  state: Extract<PushState, 'waiting-mapping' | 'withdrawn' | 'queued' | 'needs-person'>;
  code: FailureCode;
  message: string;
  waitingFor: string[];
}
