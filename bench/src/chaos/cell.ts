import type { Layout, Rig } from './rig.ts';

/** Ends the fault. The time to recover runs from the moment that it is called, not from its end: a restart takes time too. */
type Heal = () => Promise<unknown>;

/** One way in which a part of the system breaks. */
export interface Cell {
  name: string;
  layout: Layout;
  /** Whose orders are concerned: recovered when each of them gets new ones again. */
  providers: readonly string[];
  /** How long the fault lasts when nobody says otherwise. */
  seconds: number;
  /** Breaks something for so many seconds. Resolves when it is time to heal. */
  inflict(rig: Rig, seconds: number): Promise<Heal>;
}

export const bothProviders = ['shipstation', 'hp-site-flow'] as const;
