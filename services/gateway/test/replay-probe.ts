import type { DeadPush } from '@pes/contracts';
import { waitUntil } from '@pes/testkit';
import { aDeadPush } from './fixtures.ts';
import type { RunningGateway } from './running-gateway.ts';

export interface Replay {
  id: string;
  state: string;
  pauseReason: string | null;
  actor: string;
  velocityPerSecond: number;
  counts: { total: number; pending: number; sent: number; succeeded: number; failed: number; skipped: number };
}

export const pushesOf = (count: number, provider: string, changes: Partial<DeadPush> = {}): DeadPush[] => Array.from({ length: count }, () => aDeadPush({ provider, ...changes }));

/** What specs of replays ask again and again. */
export interface ReplayProbe {
  /** A replay of everything that died at this provider. */
  start(provider: string, options?: object): Promise<Replay>;
  show(id: string): Promise<Replay>;
  reaches(id: string, state: string): Promise<Replay>;
  /** How many commands moved each push. */
  effectsOf(pushes: readonly DeadPush[]): number[];
  statuses(provider: string): Promise<string[]>;
}

export function replayProbe(running: RunningGateway): ReplayProbe {
  const probe: ReplayProbe = {
    start: async (provider, options = {}) => (await running.request<{ replay: Replay }>('replay.start', { filter: { provider }, actor: 'kim', ...options })).replay,
    show: async (id) => (await running.request<{ replay: Replay }>('replay.show', { id })).replay,
    reaches: (id, state) => waitUntil(async () => {
      const replay = await probe.show(id);
      return replay.state === state && replay;
    }, { timeoutMs: 30_000, what: `replay to be ${state}` }),
    effectsOf: (pushes) => pushes.map(({ pushId }) => running.dispatch.pushes.get(pushId)?.effects.length ?? -1),
    async statuses(provider) {
      const { rows } = await running.db.query<{ status: string }>('select distinct status from dead_letter where provider = $1 order by 1', [provider]);
      return rows.map(({ status }) => status);
    },
  };
  return probe;
}
