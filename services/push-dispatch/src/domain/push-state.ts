/**
 * Life of a push (one order for one account).
 *
 *   queued ──claimed──▶ sending ──accepted, duplicate──▶ sent
 *                          ├──rejected──▶ rejected                    the provider said no; a person fixes and pushes again
 *                          ├──retry──▶ retrying ──due──▶ sending      certainly not applied
 *                          ├──unknown──▶ checking ──due──▶ sending    maybe applied: looked up before anything is sent again
 *                          │                  (needs-person at once when the provider offers neither key nor lookup)
 *                          ├──blocked──▶ blocked                      credentials; the whole account waits
 *                          ├──no report until the lease ends──▶ checking
 *                          └──out of attempts──▶ dead (retry) or needs-person (unknown)
 *   waiting-mapping   a product, user or shipping method lacks a value; queued again when it is set
 *   dismissed         a person decided that nothing is to be done
 *   withdrawn         the order or the site stopped being ready before it was sent; queued again when it is ready
 */
export type PushState =
  | 'queued' | 'sending' | 'sent' | 'rejected' | 'retrying' | 'checking' | 'blocked' | 'needs-person' | 'dead' | 'waiting-mapping' | 'withdrawn' | 'dismissed';

/** A push as the table holds it, without the order. */
export interface PushRow {
  push_id: string;
  order_id: string;
  account_id: string;
  subscriber_id: string;
  site_id: string;
  order_number: number;
  provider: string;
  reference: string;
  state: PushState;
  code: string | null;
  message: string;
  attempt: number;
  provider_ref: string | null;
  run_at: Date | null;
  revision: number;
  updated_at: Date;
}

const columns: ReadonlyArray<keyof PushRow> = [
  'push_id', 'order_id', 'account_id', 'subscriber_id', 'site_id', 'order_number', 'provider', 'reference', 'state', 'code', 'message', 'attempt',
  'provider_ref', 'run_at', 'revision', 'updated_at',
];

/** The columns of a PushRow, for a select or returning list. */
export const pushColumns = columns.join(', ');

/** The same, where another table of the statement has columns of these names. */
export const qualifiedPushColumns = columns.map((column) => `push.${column}`).join(', ');
