import { ok } from '@pes/kernel';
import { callRpc } from '@pes/messaging';
import { refuse, type Answer } from './domain/refusal.ts';
import type { Gateway } from './gateway.ts';

const patienceMs = 5_000;

/** Asks push-dispatch. Refused as `unavailable` when it does not answer, and as `not_found` when it says that it knows no such thing. */
export async function askDispatch<T extends object>(gateway: Gateway, subject: string, request: object): Promise<Answer<T>> {
  let answer: unknown;
  try {
    answer = await callRpc(gateway.bus, subject, request, patienceMs);
  } catch (error) {
    return refuse('unavailable', `push-dispatch does not answer on ${subject} (${error instanceof Error ? error.message : String(error)}); is it running?`);
  }
  const { error } = answer as { error?: unknown };
  if (typeof error === 'string') return refuse(error.startsWith('there is no ') ? 'not_found' : 'invalid', error);
  return ok(answer as T);
}
