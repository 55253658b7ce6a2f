import { subjects } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { askService } from '../ask-service.ts';
import { addLines, type SyncLine } from '../data-access/sync-lines.sql.ts';
import { moveSync, type SyncProgress, type SyncRun } from '../data-access/sync-runs.sql.ts';
import { firstDay } from '../domain/sync-run.ts';
import type { Gateway } from '../gateway.ts';
import { registryIsRead } from '../registry-read.ts';
import { countPage, waitingLines, type RedecidedPage } from '../syncs/order-page.ts';

export const syncLeaseMs = 30_000;
const pageSize = 100;
const pageMs = 10_000;
const registryMs = 10_000;
const retryMs = 2_000;
// The contract's bound on sites in one question; a subscriber with more has all of its orders looked at.
const maxSites = 1_000;
const maxWaitingLines = 10_000;

interface Assignment { owner: string; stopping: AbortSignal }

/** Notes a page: progress and lines together, so that neither is there without the other. Undefined when the job is somebody else's by now. */
async function note({ db }: Gateway, { syncId }: SyncRun, owner: string, { lines, ...progress }: SyncProgress & { lines: SyncLine[] }): Promise<SyncRun | undefined> {
  return inTransaction(db, async (client) => {
    const moved = await moveSync(client, { syncId, owner, leaseMs: syncLeaseMs }, progress);
    if (moved !== undefined) await addLines(client, syncId, lines);
    return moved;
  });
}

const nothing = { checked: 0, eligible: 0, waiting: 0 };

async function page(gateway: Gateway, run: SyncRun, owner: string, silent: boolean): Promise<{ run: SyncRun | undefined; answered: boolean }> {
  const { subscriberId, siteIds, place, createdAt } = run;
  const answer = await askService<RedecidedPage>(gateway, 'order-eligibility', {
    subject: subjects.rpcEligibilityRedecide, timeoutMs: pageMs,
    request: { subscriberId, fromDay: firstDay(createdAt.getTime()), limit: pageSize, ...(siteIds.length <= maxSites && { siteIds }), ...(place !== null && { after: place }) },
  });
  if (!answer.ok) {
    const { code, error } = answer.error;
    // Silence passes; a request that is wrong stays wrong.
    if (code !== 'unavailable') return { answered: true, run: await note(gateway, run, owner, { ...nothing, place, state: 'failed', failure: error, lines: [{ level: 'warning', message: `Failed: ${error}` }] }) };
    return { answered: false, run: await note(gateway, run, owner, { ...nothing, place, state: 'running', lines: silent ? [] : [{ level: 'warning', message: 'order-eligibility does not answer; this goes on when it does.' }] }) };
  }
  const counts = countPage(answer.value);
  const { next } = answer.value;
  const lines = run.waiting < maxWaitingLines ? waitingLines(answer.value) : [];
  if (run.waiting < maxWaitingLines && run.waiting + counts.waiting >= maxWaitingLines) lines.push({ level: 'warning', message: 'More orders wait than are listed here: see the list of waiting orders.' });
  if (next === null) {
    const [checked, eligible, waiting] = [run.checked + counts.checked, run.eligible + counts.eligible, run.waiting + counts.waiting];
    lines.push({ level: 'info', message: `Done: ${checked} orders checked, ${eligible} are ready and were handed to their accounts, ${waiting} are not.` });
  }
  return { answered: true, run: await note(gateway, run, owner, { ...counts, place: next, state: next === null ? 'finished' : 'running', lines }) };
}

/**
 * Orders: those of the last 30 days are decided again, a page at a time. push-dispatch makes the pushes that are missing, looks again at
 * those that waited for a setting, and leaves alone what was sent. A page that is done twice changes nothing.
 */
export async function runSync(gateway: Gateway, taken: SyncRun, { owner, stopping }: Assignment): Promise<void> {
  if (taken.place === null && !await registryIsRead(gateway, taken.subscriberId, registryMs)) gateway.log.warn({ sync: taken.syncId }, 'a sync goes on although push-dispatch may not know the newest settings');
  let run: SyncRun | undefined = taken;
  let silent = false;
  while (run?.state === 'running' && !stopping.aborted) {
    const done = await page(gateway, run, owner, silent);
    run = done.run;
    silent = !done.answered;
    if (silent) await sleep(retryMs, stopping);
  }
  if (run !== undefined && run.state !== 'running') gateway.log.info({ sync: run.syncId, state: run.state, checked: run.checked, eligible: run.eligible, waiting: run.waiting }, 'a sync ended');
}
