import { newId, ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { checkParams } from '../check-params.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { changeReplay, skipPending } from '../data-access/change-replay.sql.ts';
import { createReplay } from '../data-access/create-replay.sql.ts';
import { findReplays, listReplays, replayReasons, type ReplayView } from '../data-access/find-replays.sql.ts';
import { within, type LetterFilter } from '../domain/letter-filter.ts';
import { errorWindow, maxItems, replayStates, velocityLimits, type ReplayState } from '../domain/replay.ts';
import type { Scope } from '../domain/scope.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import type { Gateway } from '../gateway.ts';
import { actor, idOrTail, letterFilter, limit, note, uuid } from '../param-schemas.ts';
import { nextOf, operation, type Operation } from './operation.ts';

interface StartParams {
  filter: LetterFilter;
  velocityPerSecond: number;
  maxErrorPercent: number;
  asNew: boolean;
  includeUnknownRisk: boolean;
  confirm: boolean;
  note?: string;
  actor: string;
}

const flag = { type: 'boolean', default: false };

const checkStart = checkParams<StartParams>({
  filter: letterFilter,
  velocityPerSecond: { type: 'integer', minimum: 1, maximum: velocityLimits.max, default: velocityLimits.default },
  maxErrorPercent: { type: 'integer', minimum: 0, maximum: 100, default: errorWindow.defaultMaxPercent },
  asNew: flag, includeUnknownRisk: flag, confirm: flag, note, actor,
}, ['filter', 'actor']);

function unconfirmed({ asNew, includeUnknownRisk, confirm }: StartParams): string | undefined {
  if (confirm) return undefined;
  if (asNew) return 'asNew makes another order at the provider for every push, also where the first one arrived: confirm it';
  if (includeUnknownRisk) return 'includeUnknownRisk sends again to providers that cannot be asked whether they have the order: confirm it';
  return undefined;
}

/** Thrown to roll the transaction back; never leaves this file. */
class Refused extends Error {}

export const startReplay = operation(checkStart, async (gateway, request, scope) => {
  const problem = unconfirmed(request);
  if (problem !== undefined) return refuse('confirm_required', problem);
  if (request.filter.status !== undefined && request.filter.status !== 'open') return refuse('invalid', 'filter.status must be open: only open dead letters are replayed');
  const jobId = newId();
  const filter: LetterFilter = { ...within(scope, request.filter), status: 'open' };
  try {
    await inTransaction(gateway.db, async (client) => {
      const { total, pending } = await createReplay(client, {
        jobId, filter, asNew: request.asNew, includeUnknownRisk: request.includeUnknownRisk, velocity: request.velocityPerSecond,
        maxErrorPercent: request.maxErrorPercent, note: request.note ?? null, actor: request.actor,
      }, maxItems);
      if (total === 0) throw new Refused('no open dead letter fits the filter');
      if (total > maxItems) throw new Refused(`more than ${maxItems} dead letters fit the filter: narrow it`);
      await writeAudit(client, [{
        subscriberId: filter.subscriberId ?? null, actor: request.actor, action: 'replay.start', targetKind: 'replay', targetId: jobId, note: request.note,
        detail: { filter, total, pending, asNew: request.asNew, includeUnknownRisk: request.includeUnknownRisk, velocityPerSecond: request.velocityPerSecond },
      }]);
    });
  } catch (error) {
    if (error instanceof Refused) return refuse('conflict', error.message);
    throw error;
  }
  gateway.wakeReplays();
  return answerReplay(gateway, scope, jobId);
});

async function findReplay({ db }: Gateway, scope: Scope, id: string): Promise<Answer<ReplayView>> {
  const [replay, another] = await findReplays(db, scope, id);
  if (replay === undefined) return refuse('not_found', `there is no replay ${id}`);
  if (another !== undefined) return refuse('ambiguous', `several replays end with ${id}: give the whole id`);
  return ok(replay);
}

async function answerReplay(gateway: Gateway, scope: Scope, id: string): Promise<Answer<{ replay: ReplayView }>> {
  const found = await findReplay(gateway, scope, id);
  return found.ok ? ok({ replay: found.value }) : found;
}

interface ListParams { states?: ReplayState[]; after?: string; limit: number }

export const listReplay = operation(
  checkParams<ListParams>({ states: { type: 'array', items: { enum: replayStates }, minItems: 1 }, after: uuid, limit }),
  async ({ db }, { states, after, limit: size }, scope) => {
    const replays = await listReplays(db, scope, states, { after, limit: size });
    return ok({ replays, next: nextOf(replays, size) });
  },
);

export const showReplay = operation(checkParams<{ id: string }>({ id: idOrTail }, ['id']), async (gateway, { id }, scope) => {
  const found = await findReplay(gateway, scope, id);
  return found.ok ? ok({ replay: found.value, reasons: await replayReasons(gateway.db, found.value.id) }) : found;
});

interface ChangeParams { id: string; note?: string; actor: string }

interface Change {
  action: string;
  from: readonly ReplayState[];
  to: ReplayState;
}

/** Pause, resume and cancel differ only in the states. */
function changeOperation({ action, from, to }: Change): Operation<{ replay: ReplayView }> {
  return operation(checkParams<ChangeParams>({ id: idOrTail, note, actor }, ['id', 'actor']), async (gateway, request, scope) => {
    const found = await findReplay(gateway, scope, request.id);
    if (!found.ok) return found;
    const { id, state, filter: { subscriberId = null } } = found.value;
    const changed = await inTransaction(gateway.db, async (client) => {
      const pauseReason = to === 'paused' ? { pauseReason: `Paused by ${request.actor}${request.note === undefined ? '.' : `: ${request.note}`}` } : {};
      if (!await changeReplay(client, { jobId: id, from, to, ...pauseReason })) return false;
      const skipped = to === 'cancelled' ? await skipPending(client, id) : 0;
      await writeAudit(client, [{ subscriberId, actor: request.actor, action, targetKind: 'replay', targetId: id, note: request.note, detail: { was: state, skipped } }]);
      return true;
    });
    if (!changed) return refuse('conflict', `replay ${id} is ${state}; it must be ${from.join(' or ')}`);
    gateway.wakeReplays();
    return answerReplay(gateway, scope, id);
  });
}

export const pauseReplay = changeOperation({ action: 'replay.pause', from: ['running'], to: 'paused' });
export const resumeReplay = changeOperation({ action: 'replay.resume', from: ['paused'], to: 'running' });
export const cancelReplay = changeOperation({ action: 'replay.cancel', from: ['running', 'paused', 'settling'], to: 'cancelled' });
