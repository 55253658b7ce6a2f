import { Failure } from '../failure.ts';
import type { Sums } from '../reconcile/check-sums.ts';
import type { Session } from '../session.ts';
import type { Finding } from './finding.ts';

/** The gateway and push-dispatch answer from their tables, so an answer shows that their databases work. */
export async function databaseFindings(session: Session): Promise<Finding[]> {
  const startedAtMs = Date.now();
  try {
    const { openDeadLetters: { push, message } } = await session.request<Sums>('sums.show', {});
    const open = push + message;
    return [
      { check: 'database', status: 'ok', detail: `gateway and push-dispatch answer from theirs, ${Date.now() - startedAtMs} ms` },
      { check: 'dead letters', status: open === 0 ? 'ok' : 'warn', detail: open === 0 ? 'none is open' : `${push} pushes and ${message} messages are open: pes dlq list` },
    ];
  } catch (error) {
    if (error instanceof Failure) return [{ check: 'database', status: 'fail', detail: error.message }];
    throw error;
  }
}

interface Readiness { status?: string; checks?: Record<string, string> }

/** "name=url" → what the service says about itself. */
export async function serviceFinding(argument: string): Promise<Finding> {
  const [, name = argument, url = argument] = /^([^=/:]+)=(.+)$/.exec(argument) ?? [];
  const check = `service ${name}`;
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    const { status = `HTTP ${response.status}`, checks = {} } = (await response.json()) as Readiness;
    const wrong = Object.entries(checks).filter(([, result]) => result !== 'ok').map(([what, result]) => `${what}: ${result}`);
    return { check, status: response.ok ? 'ok' : 'fail', detail: [status, ...wrong].join('; ') };
  } catch (error) {
    return { check, status: 'fail', detail: `${url} does not answer: ${error instanceof Error ? error.message : String(error)}` };
  }
}
