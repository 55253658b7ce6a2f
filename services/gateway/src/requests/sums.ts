import { subjects } from '@pes/contracts';
import { ok } from '@pes/kernel';
import { askDispatch } from '../ask-dispatch.ts';
import { checkParams } from '../check-params.ts';
import { countOpen } from '../data-access/find-letters.sql.ts';
import { camelKeys } from '../domain/camel-keys.ts';
import { operation } from './operation.ts';

/** Counts of push-dispatch and of the dead letters, which must agree. */
export const showSums = operation(checkParams<object>({}), async (gateway) => {
  const answer = await askDispatch<Record<string, unknown>>(gateway, subjects.rpcDispatchSums, {});
  return answer.ok ? ok({ dispatch: camelKeys(answer.value), openDeadLetters: await countOpen(gateway.db) }) : answer;
});
