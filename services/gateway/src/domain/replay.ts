import type { PushChange } from '@pes/contracts';

/**
 * A replay job: a list of dead letters, fixed when it starts, that are sent again at a velocity per account.
 *
 *   running ──every item is out──▶ settling ──every item has an outcome, or a day went by──▶ finished
 *    │  ▲
 *    │  └─resume── paused ◀── an operator, or too many of the last outcomes were failures
 *    └─running, paused, settling ──cancel──▶ cancelled (what is out is not called back)
 *
 * An item:
 *
 *   pending ──claimed──▶ sending ──PubAck──▶ sent ──push-dispatch took it──▶ taken ──▶ succeeded | failed | skipped
 *      └─no longer open, or its job was cancelled──▶ skipped                             failed ──sent after all──▶ succeeded
 */
export const replayStates = ['running', 'settling', 'paused', 'finished', 'cancelled'] as const;
export type ReplayState = (typeof replayStates)[number];

export const velocityLimits = { default: 20, max: 500 } as const;
export const maxItems = 100_000;

/** Pause on error rate: over the last outcomes since the job was started or resumed. */
export const errorWindow = { size: 50, least: 20, defaultMaxPercent: 50 } as const;

export function tooManyErrors(window: { settled: number; failed: number }, maxErrorPercent: number): boolean {
  return window.settled >= errorWindow.least && window.failed * 100 > maxErrorPercent * window.settled;
}

export type ItemOutcome = 'taken' | 'succeeded' | 'failed' | 'skipped';

/**
 * What a change of its push means for an item. A push that is tried again later counts as failed until it is sent: at a provider that is
 * down the last attempt ends nine hours later, and a job must stop long before that.
 */
export const outcomeOf: Readonly<Record<PushChange['state'], ItemOutcome>> = {
  queued: 'taken',
  sending: 'taken',
  sent: 'succeeded',
  dismissed: 'skipped',
  'no-target': 'skipped',
  rejected: 'failed',
  retrying: 'failed',
  checking: 'failed',
  blocked: 'failed',
  'needs-person': 'failed',
  dead: 'failed',
  'waiting-mapping': 'failed',
  withdrawn: 'failed',
};
