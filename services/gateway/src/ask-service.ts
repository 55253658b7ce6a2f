import { ok } from '@pes/kernel';
import { callRpc } from '@pes/messaging';
import { refuse, type Answer } from './domain/refusal.ts';
import type { Gateway } from './gateway.ts';

/** Which service answers a subject, for the sentence about its silence. */
export type AskedService = 'push-dispatch' | 'order-eligibility';

/** Asks another service. Refused as `unavailable` when it does not answer, and as `not_found` when it says that it knows no such thing. */
export async function askService<T extends object>(gateway: Gateway, service: AskedService, { subject, request, timeoutMs }: { subject: string; request: object; timeoutMs: number }): Promise<Answer<T>> {
  let answer: unknown;
  try {
    answer = await callRpc(gateway.bus, subject, request, timeoutMs);
  } catch (error) {
    return refuse('unavailable', `${service} does not answer on ${subject} (${error instanceof Error ? error.message : String(error)}); is it running?`);
  }
  const { error } = answer as { error?: unknown };
  if (typeof error === 'string') return refuse(error.startsWith('there is no ') ? 'not_found' : 'invalid', error);
  return ok(answer as T);
}
