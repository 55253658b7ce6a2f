import { consumers, validator, type PushOutcomes, type PushResult } from '@pes/contracts';
import { consumeBatches, decodeJson, type Consumption } from '@pes/messaging';
import { isDataError } from '@pes/store';
import { adaptBuckets, pauseLanes, type RateNews } from '../data-access/lanes.sql.ts';
import { loadCircumstances } from '../data-access/load-circumstances.sql.ts';
import { recordOutcomes, type RecordedOutcome } from '../data-access/record-outcomes.sql.ts';
import type { Dispatch } from '../dispatch.ts';
import { publishDead } from './publish-dead.ts';
import { circumstancesOf } from '../domain/circumstances.ts';
import { pausesOf } from '../domain/lane-pause.ts';
import { transition } from '../domain/transition.ts';
import { rowEvents } from '../domain/push-change.ts';

interface Reported {
  accountId: string;
  result: PushResult;
}

async function decide(dispatch: Dispatch, reported: readonly Reported[]): Promise<{ recorded: RecordedOutcome[]; holds: RateNews[] }> {
  const manifests = await dispatch.manifests.current();
  const rows = await loadCircumstances(dispatch.db, reported.map(({ result }) => result.pushId));
  const recorded: RecordedOutcome[] = [];
  const holds: RateNews[] = [];
  for (const { accountId, result } of reported) {
    const row = rows.get(result.pushId);
    if (row === undefined) {
      dispatch.log.warn({ pushId: result.pushId }, 'outcome of a push that is not known');
      continue;
    }
    const next = transition(result.outcome, circumstancesOf(row, manifests.get(row.provider), { nowMs: dispatch.clock.now(), random: Math.random() }));
    recorded.push({ result, transition: next });
    if (next.holdRateUntilMs !== undefined) holds.push({ accountId, remaining: 0, holdUntilMs: next.holdRateUntilMs });
  }
  return { recorded, holds };
}

// Other programs may use the same key: stop a little before the provider's count is used up.
const headroomRequests = 5;

/** What connectors heard from their providers about the rate. */
async function rateNews(dispatch: Dispatch, events: readonly PushOutcomes[]): Promise<RateNews[]> {
  const manifests = await dispatch.manifests.current();
  return events.flatMap(({ provider, accountId, rate }) => {
    if (rate === undefined) return [];
    const { requestsPerPush = 1 } = manifests.get(provider)?.rateLimit ?? {};
    return [{
      accountId,
      remaining: Math.max(0, Math.floor((rate.remaining - headroomRequests) / requestsPerPush)),
      holdUntilMs: rate.remaining <= headroomRequests ? dispatch.clock.now() + rate.resetMs : 0,
    }];
  });
}

function count(dispatch: Dispatch, provider: string, { result, transition: { code } }: RecordedOutcome): void {
  dispatch.metrics.outcomes.inc({ provider, kind: result.outcome.kind, code: code ?? 'none' });
}

/** Outcomes → attempt log and next state in one statement → lanes → events → acknowledged. */
async function handleOutcomes(dispatch: Dispatch, events: readonly PushOutcomes[]): Promise<void> {
  const reported = events.flatMap(({ accountId, results }) => results.map((result) => ({ accountId, result })));
  const { recorded, holds } = await decide(dispatch, reported);
  const rows = await recordOutcomes(dispatch.db, recorded);
  await pauseLanes(dispatch.db, pausesOf(recorded, rows));
  await adaptBuckets(dispatch.db, [...holds, ...await rateNews(dispatch, events)]);
  const byPush = new Map(rows.map((row) => [row.push_id, row]));
  for (const outcome of recorded) count(dispatch, byPush.get(outcome.result.pushId)?.provider ?? 'unknown', outcome);
  // A place in flight became free, and a push may be due again.
  dispatch.wake(events.map((event) => event.accountId));
  await dispatch.integration.publish(rowEvents(rows));
  await publishDead(dispatch, rows);
}

export function consumeOutcomes(dispatch: Dispatch): Consumption {
  const { config } = dispatch;
  return consumeBatches<PushOutcomes>(dispatch.bus, {
    consumer: consumers.dispatchOutcomes,
    decode: decodeJson(validator('push-outcome')),
    isDataError,
    maxBatch: config.BATCH_MAX,
    maxWaitMs: config.BATCH_WAIT_MS,
    maxFlushes: config.BATCH_FLUSHES,
    handle: (batch) => handleOutcomes(dispatch, batch.map(({ value }) => value)),
    onDead: (code) => dispatch.metrics.dead.inc({ consumer: consumers.dispatchOutcomes.durable, code }),
  });
}
