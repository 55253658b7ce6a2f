import {
  accepted, duplicate, rejected, retry, unknown, type CallContext, type PushOrder, type PushOutcome,
} from '@pes/connector-sdk';
import { sleep } from '@pes/kernel';
import { outcomeOf, type Step, type Trouble } from './classify.ts';
import { explainRefusal } from './explain-refusal.ts';
import { findOrder, type Found } from './find-order.ts';
import { mapOrder, type SiteFlowOrder } from './map-order.ts';
import type { Session } from './session.ts';
import { acknowledgedId, readOrder } from './stored-order.ts';

// Most submissions are through their checks by then; the others are asked for again later.
const confirmAfterMs = 250;
const nextCheckMs = 10_000;

/** An order that was there before this attempt sent anything. */
function adopt(found: Extract<Found, { kind: 'ours' | 'foreign' }>, reference: string): PushOutcome {
  if (found.kind === 'ours') return duplicate(found.order.id, `Site Flow already has this order (status ${found.order.status ?? 'not given'}).`);
  return rejected('duplicate_foreign', `Site Flow already has another order under the number ${reference} (id ${found.order.id}). Nothing was submitted.`);
}

/** Site Flow says that the number is taken: ours from an earlier attempt, somebody else's, or on its way and not visible yet. */
async function adoptTaken(session: Session, push: PushOrder): Promise<PushOutcome> {
  const found = await findOrder(session, push);
  if (found.kind === 'ours' || found.kind === 'foreign') return adopt(found, push.reference);
  return unknown('awaiting_confirmation', `Site Flow says that it has order ${push.reference}, and does not show it yet.`, { afterMs: nextCheckMs });
}

async function refusal(reading: Trouble, step: Step, attempt: { session: Session; push: PushOrder; order: SiteFlowOrder }): Promise<PushOutcome> {
  if (reading.kind === 'number-taken') return adoptTaken(attempt.session, attempt.push);
  if (reading.kind === 'invalid') return rejected('validation', explainRefusal(reading.message, reading.fields, attempt.order), reading.fields);
  return outcomeOf(reading, step);
}

/** An acknowledgement is no acceptance: the order is accepted when it can be found (Site Flow docs, order submission). */
async function confirm(session: Session, push: PushOrder, submissionId: string, context: CallContext): Promise<PushOutcome> {
  await sleep(confirmAfterMs, context.signal);
  const found: Found | undefined = context.signal.aborted ? undefined : await findOrder(session, push);
  if (found?.kind === 'ours') return found.order.id === submissionId ? accepted(found.order.id) : adopt(found, push.reference);
  if (found?.kind === 'foreign') return adopt(found, push.reference);
  const message = `Site Flow took order ${push.reference} (submission ${submissionId}) and is checking it.`;
  return unknown('awaiting_confirmation', message, { afterMs: nextCheckMs, providerRef: submissionId });
}

/**
 * look up ─there─▶ duplicate, or rejected when it is somebody else's
 *    └─absent─▶ validate ─▶ submit ─order─▶ accepted
 *                              └─acknowledgement─▶ look up once ─there─▶ accepted, else unknown
 * The submission is the only call that creates something, and it is made once; what goes wrong before it is a retry, from it on unknown.
 */
export async function pushOrder(push: PushOrder, session: Session, context: CallContext): Promise<PushOutcome> {
  const found = await findOrder(session, push);
  if (found.kind === 'trouble') return outcomeOf(found.reading, 'lookup');
  if (found.kind !== 'absent') return adopt(found, push.reference);

  const mapped = mapOrder(push, session.settings);
  if (!mapped.ok) return rejected(mapped.error[0]?.code ?? 'validation', mapped.error.map((problem) => problem.message).join(' '), mapped.error);
  const attempt = { session, push, order: mapped.value };

  const validated = await session.client.validate(attempt.order);
  if (validated.kind !== 'ok') return refusal(validated, 'validate', attempt);
  if (context.signal.aborted) return retry('lease_expired_unsent', 'The time for this order was over before it was submitted.');

  const submitted = await session.client.submit(attempt.order);
  if (submitted.kind !== 'ok') return refusal(submitted, 'submit', attempt);
  const submissionId = acknowledgedId(submitted.body);
  if (submissionId !== undefined) return confirm(session, push, submissionId, context);
  const stored = readOrder(submitted.body);
  return stored ? accepted(stored.id) : outcomeOf({ kind: 'unreadable', message: 'with JSON that holds no order' }, 'submit');
}
