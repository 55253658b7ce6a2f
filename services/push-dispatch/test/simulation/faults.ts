import type { Random } from './random.ts';

/** Small faults happen by chance at a step. Large ones (outages, broker set back, kills) are events of their own, see misfortunes.ts. */
const highest = {
  crash: 0.05,
  longDowntime: 0.3,
  stepFails: 0.05,
  publishFails: 0.08,
  confirmationLost: 0.05,
  ackLost: 0.15,
  keepAliveLost: 0.1,
  slowDelivery: 0.15,
  resultForgotten: 0.2,
  busyConnector: 0.15,
  copyTaken: 0.3,
  setBack: 0.03,
} as const;

type Fault = keyof typeof highest;

export interface Faults {
  chance(fault: Fault): boolean;
  stop(): void;
  areOn(): boolean;
}

/** Every world has some kinds of faults and lacks others: with all at once, the rarer combinations would drown. */
export function createFaults(random: Random): Faults {
  const rates = new Map<Fault, number>();
  for (const [fault, rate] of Object.entries(highest)) rates.set(fault as Fault, random.chance(0.5) ? random.next() * rate : 0);
  let on = true;
  return {
    chance: (fault) => on && random.chance(rates.get(fault)!),
    stop: () => { on = false; },
    areOn: () => on,
  };
}
