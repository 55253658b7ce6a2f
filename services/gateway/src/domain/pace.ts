/**
 * How much each lane of a replay may send now: a token bucket per lane, empty at the start so that a worker that dies and comes back
 * never sends more than the velocity. A bucket holds half a second: enough for a slow
 * database not to slow the job down, too little for a burst after a pause.
 */
export interface Pace {
  /** Whole tokens of a lane; they stay until `spend`. */
  room(lane: string, nowMs: number): number;
  spend(lane: string, count: number): void;
}

const capacitySeconds = 0.5;

export function createPace(perSecond: number): Pace {
  const capacity = Math.max(1, perSecond * capacitySeconds);
  const lanes = new Map<string, { tokens: number; atMs: number }>();

  return {
    room(lane, nowMs) {
      const bucket = lanes.get(lane) ?? { tokens: 0, atMs: nowMs };
      const tokens = Math.min(capacity, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
      lanes.set(lane, { tokens, atMs: nowMs });
      return Math.floor(tokens);
    },
    spend(lane, count) {
      const bucket = lanes.get(lane);
      if (bucket !== undefined) bucket.tokens -= count;
    },
  };
}
