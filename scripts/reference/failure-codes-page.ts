import { failureCodes, type DecisionReason, type FailureCode } from '@pes/contracts';
import { code, generatedNote, page, table } from './markdown.ts';

const settles = 'Nothing at first: the order is looked up, or sent again under the same key, so that none is made twice.';

/** What a person does about each code. Every code of the contracts has a line: a missing one does not compile. */
const remedies: Record<FailureCode, string> = {
  not_json: 'Correct the sender. The message is kept whole in DEAD.',
  schema_violation: 'Correct the sender; the dead letter names each field.',
  snapshot_too_large: 'Correct the sender: links instead of content.',
  nul_character: 'Take the character out of the text that the dead letter names.',
  order_date_implausible: 'Correct the order date, or the clock of the sender.',
  subject_mismatch: 'Correct the sender: it publishes for one subscriber under the name of another.',
  poison: 'A defect of ours. Report it with the dead letter.',
  site_unknown: 'Set up an account for the site.',
  site_not_live: 'Enable the account on the site and switch IsLive on.',
  mapping_missing: 'Set the value that the message names. The push is queued again by itself.',
  reference_invalid: 'Use an account whose prefix is shorter or has other characters.',
  reference_taken: 'Find out in Pressero why two orders have one number; push the second as a new order if both are meant.',
  account_paused: 'Resume the account. The queue is kept.',
  not_ready_any_more: 'Nothing: it is queued again when the order is ready.',
  manifest_missing: 'Start the connector of the provider. The queue is kept.',
  unreachable: 'Nothing at first: it is tried again. If it lasts, check the address and the network.',
  egress_refused: 'Correct the address of the provider in the account.',
  timeout: settles,
  connection_lost: settles,
  answer_unreadable: 'Check that the address is the API of the provider; something else may answer in its place.',
  answer_too_large: 'Check that the address is the API of the provider.',
  provider_error: 'Nothing at first. If it lasts, ask the provider.',
  breaker_open: 'Nothing: the account waits and is tried again. If it lasts, ask the provider.',
  rate_limited: 'Nothing: the account waits as long as the provider asks. If it is often so, other programs use the same key.',
  validation: 'Correct what the message names, in Pressero or in the settings, then retry the push.',
  auth: 'Correct the credentials of the account. The queue is kept.',
  account_disabled: 'Ask the provider, then resume the account. The queue is kept.',
  credentials_unreadable: 'Check the master key of the installation, or enter the credentials again.',
  awaiting_confirmation: 'Nothing: the provider is asked again until it confirms.',
  submission_lost: 'Ask the provider why it dropped the order, then retry the push.',
  duplicate_foreign: 'Find out at the provider whose order it is. Two accounts may share one prefix.',
  lease_expired_unsent: 'Nothing: it is sent again.',
  redelivered_unclear: settles,
  connector_error: `A defect of the connector. Report it. ${settles}`,
  lease_expired: `${settles} If it repeats, look at the log of the connector.`,
  attempts_exhausted: 'Read the attempts to find out why, then retry the push.',
};

const reasons: Record<DecisionReason['code'], [meaning: string, remedy: string]> = {
  ORDER_NOT_PAID: ['The order is not marked as paid.', 'Record the payment and mark the order as paid.'],
  NO_ITEMS: ['The order has no items.', 'Nothing can be sent.'],
  ITEM_PENDING_APPROVAL: ['An item is neither approved nor denied.', 'Approve or deny it.'],
  ALL_ITEMS_DENIED: ['Every item was denied.', 'Nothing can be sent.'],
  FILES_NOT_READY: ['A file of an item is not there yet, or failed.', 'Wait, or generate or upload it again, as the sentence says.'],
  FILE_URL_MISSING: ['A file is ready and has no address to fetch it from.', 'Save the file again.'],
  ITEM_STATUS_INVALID: ['An item is cancelled or has no workflow stage.', 'Give it a valid status, deny it, or let the site leave such items out.'],
};

/** docs/reference/failure-codes.md as text. */
export function failureCodesPage(): string {
  const codes = Object.keys(failureCodes) as FailureCode[];
  const reasonCodes = Object.keys(reasons) as Array<DecisionReason['code']>;
  return page([
    generatedNote,
    '# Failure codes',
    'A code is stable: it stands in events, metric labels and pages, and is never renamed. The sentence beside a code in an event says what to fix in this one case.',
    '## Why an order waits',
    `Reasons of order-eligibility, in ${code('order.decided')}. An order waits with all of its reasons at once and is decided again on every event.`,
    table(['Code', 'Meaning', 'What to do'], reasonCodes.map((name) => [code(name), ...reasons[name]])),
    '## Why a push failed or waits',
    `Codes in ${code('integration.push.changed')}, ${code('outcome.push')} and in dead letters.`,
    table(['Code', 'Meaning', 'What to do'], codes.map((name) => [code(name), failureCodes[name], remedies[name]])),
  ]);
}
