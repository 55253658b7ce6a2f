import { subjects, validator, type DeadPush } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { closeRevived, reopenDead } from '../data-access/compare-dead.sql.ts';
import { letterOfPush } from '../domain/dead-letter.ts';
import type { Gateway } from '../gateway.ts';
import { askDispatch } from '../ask-dispatch.ts';
import { keepLetters } from './on-dead.ts';

const validate = validator('dead-push');
const beforeAll = '00000000-0000-0000-0000-000000000000';
const afterAll = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Walks the pushes that are dead in push-dispatch, which is the truth: stores those whose message got lost, closes those that are not dead
 * any more, and opens again those that are dead all the same. A DEAD stream that fell back to an older copy of itself loses nothing by it.
 * `complete` is false when push-dispatch did not answer, so that the caller asks again soon.
 */
export async function compareDead(gateway: Gateway): Promise<{ complete: boolean; stored: number; closed: number; reopened: number }> {
  const { db, log, config } = gateway;
  const found = { complete: false, stored: 0, closed: 0, reopened: 0 };
  for (let after = beforeAll; ;) {
    const answer = await askDispatch<{ dead: unknown[] }>(gateway, subjects.rpcDispatchDead, { after });
    if (!answer.ok) {
      log.info({ reason: answer.error.error }, 'dead pushes could not be compared');
      return found;
    }
    const page = answer.value.dead.flatMap((entry): DeadPush[] => {
      const valid = validate(entry);
      if (!valid.ok) log.warn({ errors: valid.errors.slice(0, 5) }, 'push-dispatch told of a dead push that breaks its schema');
      return valid.ok ? [valid.value] : [];
    });
    found.stored += await keepLetters(gateway, page.map((push) => letterOfPush(push, subjects.deadPush(push.provider, push.accountId), newId())));
    found.reopened += await reopenDead(db, page, config.COMPARE_SLACK_MS);
    // The answer is in the order of the push ids, so between two of them nothing else is dead.
    const last = (answer.value.dead.at(-1) as { pushId?: string } | undefined)?.pushId;
    found.closed += await closeRevived(db, {
      afterPushId: after, lastPushId: last ?? afterAll, deadPushIds: page.map((push) => push.pushId), slackMs: config.COMPARE_SLACK_MS,
    });
    if (last === undefined) break;
    after = last;
  }
  found.complete = true;
  if (found.stored + found.closed + found.reopened > 0) log.warn(found, 'dead letters differed from the dead pushes of push-dispatch');
  return found;
}
