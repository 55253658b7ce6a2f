import { askService } from './ask-service.ts';
import type { Answer } from './domain/refusal.ts';
import type { Gateway } from './gateway.ts';

const patienceMs = 5_000;

/** Asks push-dispatch, see askService. */
export async function askDispatch<T extends object>(gateway: Gateway, subject: string, request: object, timeoutMs = patienceMs): Promise<Answer<T>> {
  return askService<T>(gateway, 'push-dispatch', { subject, request, timeoutMs });
}
