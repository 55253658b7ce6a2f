import type { World } from './world.ts';

/** A step answers false when it failed: what it is part of ends there. */
export interface Step {
  name: string;
  run: () => boolean | undefined;
}

/**
 * A process that may die between any two steps and comes back with empty memory. Whatever it had planned dies with it: plans hold for
 * one incarnation only.
 */
export interface Process {
  readonly name: string;
  isAlive(): boolean;
  /** Never the same twice in a world, over all processes. */
  incarnation(): number;
  start(): void;
  crash(when: string): void;
  /** Runs later, unless the process died until then. */
  later(delayMs: number, run: () => void): void;
  /** Runs steps one after the other; others may run in between, and so may a crash. */
  inSteps(steps: readonly Step[], onFailure: () => void): void;
}

export interface ProcessOptions {
  name: string;
  onStart: () => void;
  onCrash: () => void;
}

const shortDowntimeMs = 3_000;
const longDowntimeMs = 180_000;

export function createProcess(world: World, { name, onStart, onCrash }: ProcessOptions): Process {
  const { random, timeline, faults } = world;
  let alive = false;
  let incarnation = 0;

  function later(delayMs: number, run: () => void): void {
    const planned = incarnation;
    timeline.after(delayMs, () => {
      if (alive && incarnation === planned) run();
    });
  }

  function crash(when: string): void {
    if (!alive) return;
    world.trace(() => `${name} dies ${when}`);
    alive = false;
    onCrash();
    timeline.after(random.between(100, faults.chance('longDowntime') ? longDowntimeMs : shortDowntimeMs), start);
  }

  function start(): void {
    if (alive) return;
    alive = true;
    incarnation = world.newIncarnation();
    world.trace(() => `${name} starts`);
    onStart();
  }

  function inSteps(steps: readonly Step[], onFailure: () => void): void {
    let index = 0;
    const next = (): void => {
      const step = steps[index];
      if (step === undefined) return;
      index += 1;
      if (faults.chance('crash')) return crash(`before: ${step.name}`);
      const fails = faults.chance('stepFails');
      // A statement can be committed and its answer still be lost.
      const done = fails && random.chance(0.5) ? false : step.run();
      if (fails || done === false) {
        world.trace(() => `${name} fails at: ${step.name}`);
        return onFailure();
      }
      if (index < steps.length) later(random.between(0, 2), next);
    };
    later(random.between(0, 2), next);
  }

  return { name, isAlive: () => alive, incarnation: () => incarnation, start, crash, later, inSteps };
}
