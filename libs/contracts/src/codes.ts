/**
 * Stable codes of failures and the sentence that explains each to a person. They appear in events, metric labels, pages and docs,
 * so a code is never renamed. Providers add their own text in the message, never a code of their own.
 */
export const failureCodes = {
  // a message nobody can read
  not_json: 'The message is not JSON.',
  schema_violation: 'The message breaks its schema.',
  snapshot_too_large: 'The order is larger than one message may be.',
  nul_character: 'A text holds the NUL character, which cannot be stored.',
  order_date_implausible: 'The order date lies in the future or too far back.',
  subject_mismatch: 'The subject names another subscriber than the message.',
  poison: 'The reader failed on this message every time it was delivered.',
  // before any call
  site_unknown: 'No account was ever set up for this site.',
  site_not_live: 'No account is enabled and live on this site.',
  mapping_missing: 'A product, user or shipping method has no value for this provider.',
  reference_invalid: 'Our order number does not fit the rules of the provider.',
  reference_taken: 'Another order of the account already has this reference.',
  account_paused: 'The account is paused.',
  not_ready_any_more: 'The order changed before it was sent and is waiting again.',
  manifest_missing: 'The connector of this provider has not started yet.',
  // of a call
  unreachable: 'The provider cannot be reached; nothing was sent.',
  egress_refused: 'The address of the provider is not allowed.',
  timeout: 'The provider did not answer in time; the order may have arrived.',
  connection_lost: 'The connection broke before the answer; the order may have arrived.',
  answer_unreadable: 'The provider answered with something that is not its API.',
  answer_too_large: 'The answer of the provider is too large.',
  provider_error: 'The provider reported an error of its own.',
  breaker_open: 'The provider failed repeatedly; nothing is sent until it recovers.',
  rate_limited: 'The provider asks to slow down.',
  validation: 'The provider refused the order.',
  auth: 'The provider refused the credentials.',
  account_disabled: 'The provider has disabled the account.',
  credentials_unreadable: 'The stored credentials cannot be opened.',
  awaiting_confirmation: 'The provider took the order and has not confirmed it yet.',
  submission_lost: 'The provider took the order and then dropped it.',
  duplicate_foreign: 'The provider has another order under our number.',
  lease_expired_unsent: 'The message came too late; nothing was sent.',
  redelivered_unclear: 'An earlier delivery of this order may have been sent.',
  connector_error: 'The connector failed; the order may have arrived.',
  // of the dispatch
  lease_expired: 'The connector did not report in time.',
  attempts_exhausted: 'All attempts failed.',
} as const;

export type FailureCode = keyof typeof failureCodes;
