import type { PushResult } from '@pes/contracts';
import type { PushRow } from './push-state.ts';
import type { Transition } from './transition.ts';

export interface LanePause {
  accountId: string;
  /** Milliseconds; Infinity until somebody acts. */
  untilMs: number;
  code: string;
  message: string;
}

/**
 * The lanes that must wait after these outcomes were recorded. Only an outcome that the push still shows counts: one that comes again
 * after a person put the credentials right would stop the account once more, for ever.
 */
export function pausesOf(recorded: ReadonlyArray<{ result: Pick<PushResult, 'pushId' | 'fence'>; transition: Transition }>, rows: readonly PushRow[]): LanePause[] {
  const byPush = new Map(rows.map((row) => [row.push_id, row]));
  return recorded.flatMap(({ result, transition: { pauseLaneUntilMs, state, code, message } }) => {
    const row = byPush.get(result.pushId);
    if (pauseLaneUntilMs === undefined || row?.attempt !== result.fence || row.state !== state || row.code !== code) return [];
    return [{ accountId: row.account_id, untilMs: pauseLaneUntilMs, code: code ?? '', message }];
  });
}
