/** Counts of push-dispatch and of the gateway, as `sums.show` answers them. */
export interface Sums {
  dispatch: { orders: number; eligible: number; untargeted: number; pushes: number; byState: Record<string, number> };
  openDeadLetters: { push: number; message: number };
}

export interface Check {
  check: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
}

function check(name: string, agrees: boolean, detail: string): Check {
  return { check: name, status: agrees ? 'ok' : 'fail', detail };
}

/** Do the sums agree? Every line says what was compared, also when it fits. */
export function checkSums({ dispatch, openDeadLetters }: Sums): Check[] {
  const { orders, eligible, untargeted, pushes, byState } = dispatch;
  const states = Object.entries(byState).sort(([a], [b]) => (a < b ? -1 : 1));
  const inStates = states.reduce((sum, [, count]) => sum + count, 0);
  const dead = byState['dead'] ?? 0;
  return [
    check('orders', eligible <= orders, `${orders} orders: ${eligible} eligible, ${orders - eligible} waiting`),
    check('targets', untargeted <= eligible && pushes >= eligible - untargeted, `${eligible} eligible orders: ${untargeted} that no account takes, the others have ${pushes} pushes`),
    check('states', inStates === pushes, `${pushes} pushes; by state ${inStates}${states.length === 0 ? '' : `: ${states.map(([state, count]) => `${state} ${count}`).join(', ')}`}`),
    check('dead letters', openDeadLetters.push === dead, `${dead} dead pushes, ${openDeadLetters.push} open dead letters of pushes`),
    {
      check: 'messages', status: openDeadLetters.message === 0 ? 'ok' : 'warn',
      detail: openDeadLetters.message === 0 ? 'no unreadable message waits' : `${openDeadLetters.message} unreadable messages wait: pes dlq list --kind message`,
    },
  ];
}
