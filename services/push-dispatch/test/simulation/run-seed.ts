import { checkEnd } from './final-checks.ts';
import { createMisfortunes } from './misfortunes.ts';
import { rulesWith, type Rules } from './rules.ts';
import { createWorld } from './world.ts';

export interface SeedResult {
  seed: number;
  /** Empty when everything held. */
  problems: string[];
  events: number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const faultTimesMs = [minute, 10 * minute, 2 * hour, 12 * hour];
const mostEvents = 100_000;
const mostResumes = 4;

export interface RunOptions {
  rules?: Rules;
  onTrace?: (line: string) => void;
}

/** Prints what happened, line by line. */
export function replayCommand(seed: number): string {
  return `PES_SEED=${seed} node services/push-dispatch/test/programs/replay-seed.ts`;
}

/** Lives through one world: first with faults, then until it comes to rest without any, then checks what is left. */
export function runSeed(seed: number, { rules = rulesWith(), onTrace }: RunOptions = {}): SeedResult {
  const world = createWorld({ seed, rules, ...(onTrace === undefined ? {} : { onTrace }) });
  const { timeline, random, watch } = world;
  const misfortunes = createMisfortunes(world);
  const faultTimeMs = random.pick(faultTimesMs);
  for (const { process } of [...world.dispatches, ...world.connectors]) process.start();
  world.gate.plan(faultTimeMs);
  world.people.plan(faultTimeMs);
  misfortunes.plan(faultTimeMs);
  timeline.after(faultTimeMs, () => {
    world.trace(() => 'from now on everything works');
    world.faults.stop();
    misfortunes.end();
  });

  const lookAround = (): void => { for (const dispatch of world.dispatches) if (dispatch.process.isAlive()) dispatch.sweep(); };
  const rest = (): boolean => timeline.runUntilQuiet(mostEvents, lookAround);
  let isQuiet = rest();
  for (let round = 0; isQuiet && round < mostResumes && world.people.resumeAll(); round += 1) isQuiet = rest();
  if (isQuiet) checkEnd(world);
  else watch.report(`the world does not come to rest in ${mostEvents} events`);
  return { seed, problems: watch.problems, events: timeline.events() };
}
