import { subjects } from '@pes/contracts';
import { askDispatch } from '../ask-dispatch.ts';
import { camelKeys } from '../domain/camel-keys.ts';
import type { Gateway } from '../gateway.ts';

export interface PushHistory {
  attempts: object[];
  commands: object[];
}

type Row = Record<string, unknown>;

const patienceMs = 2_000;

/** What push-dispatch keeps of a push, requests and responses masked; null when it does not answer, so that the rest can be shown. */
export async function pushHistory(gateway: Gateway, pushId: string): Promise<PushHistory | null> {
  const answer = await askDispatch<{ attempts: Row[]; commands: Row[] }>(gateway, subjects.rpcDispatchPush, { pushId }, patienceMs);
  if (!answer.ok) return null;
  return { attempts: answer.value.attempts.map(camelKeys), commands: answer.value.commands.map(camelKeys) };
}
