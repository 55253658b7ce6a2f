/** Mistakes on purpose. Each is one line of the model done wrong; the simulation has to notice every one. */
const mistakes = {
  unknownIsRetry: 'an unclear outcome is treated like "certainly not applied"',
  fenceIsIgnored: 'a report of an older attempt moves the push',
  anyReportWrites: 'a report moves a push whatever its state',
  leaseEndMeansUnsent: 'a push whose lease ended is sent again without a look',
  visibilityIsSkipped: 'an order that a lookup does not find counts as absent at once',
  deliveriesAreNotCounted: 'a connector takes a redelivered message for a first one',
  unclearIsSentAnyway: 'an unclear order of a provider that cannot be asked is sent again',
  leaseIsNotKept: 'a connector starts a call after the lease ended',
  olderDecisionWins: 'an older decision replaces a newer one',
  commandsRepeat: 'a command that comes twice is applied twice',
  claimTakesHeld: 'a claim takes a push that another claim holds',
  claimIgnoresPlaces: 'a claim takes more than the free places of the lane',
  claimIgnoresPause: 'a claim takes from a lane that is paused or held',
  revisionStands: 'a change keeps its revision',
  leasesNeverEnd: 'nobody looks for leases that ended',
  gateNeverAsks: 'nobody asks whether decisions arrived',
  attemptsNeverEnd: 'the failures of a push are not counted',
  announcementParks: 'work that is announced again is taken back when it must not be sent any more',
  oldNewsPauses: 'an outcome that is over pauses its lane',
  readinessIsNotChecked: 'a claimed push is sent although its order is not ready any more',
  settingsAreFollowedOnce: 'a setting whose pushes were not queued again before a crash is never followed',
  settingsRequeueTooLittle: 'pushes withdrawn because of their order, and blocked ones whose order was not ready then, are left behind',
  unclearIsWithdrawn: 'a push that may be at the provider is called withdrawn or waiting when its order changes',
  timersForget: 'a change by a timer that could not be published is never published',
  redeliveryLooksTooEarly: 'after a redelivery an order counts as absent before the lease ended under which it may still be sent',
  repeatIsTakenForFirst: 'a repeat that was not sent is reported as an order that was not sent, although the first delivery may have sent it',
} as const;

export type Mistake = keyof typeof mistakes;
export const allMistakes = mistakes;
export const mistakeNames = Object.keys(mistakes) as Mistake[];

export interface Rules {
  mistake: Readonly<Record<Mistake, boolean>>;
  /** A broker that was set back also forgets to whom it had handed a message. A known limit, see README.md. */
  deliveriesAreForgotten: boolean;
}

function flags<K extends string>(names: readonly K[], on: readonly K[]): Record<K, boolean> {
  return Object.fromEntries(names.map((name) => [name, on.includes(name)])) as Record<K, boolean>;
}

export function rulesWith(changes: { mistakes?: readonly Mistake[]; deliveriesAreForgotten?: boolean } = {}): Rules {
  return { mistake: flags(mistakeNames, changes.mistakes ?? []), deliveriesAreForgotten: changes.deliveriesAreForgotten ?? false };
}
