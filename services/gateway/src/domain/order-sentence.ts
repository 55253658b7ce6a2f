import { failedPushStates, type PushState } from './order-state.ts';
import type { ReadOrder, ReadPush } from './read-order.ts';

const shownReasons = 3;

/** Two accounts often lack the same thing. */
const joined = (pushes: readonly ReadPush[]): string => [...new Set(pushes.map(({ message }) => message))].join(' ');

const isFailed = (state: PushState): boolean => (failedPushStates as readonly PushState[]).includes(state);

/** What stands between an order and its providers, for a person: which thing to open and what to do there. */
export function orderSentence({ state, reasons, noTargetMessage }: ReadOrder, pushes: readonly ReadPush[]): string {
  switch (state) {
    case 'failed':
      return joined(pushes.filter((push) => isFailed(push.state)));
    case 'waiting':
    case 'closed': {
      const more = reasons.length > shownReasons ? ` And ${reasons.length - shownReasons} more.` : '';
      if (reasons.length > 0) return reasons.slice(0, shownReasons).map(({ message }) => message).join(' ') + more;
      return joined(pushes.filter((push) => push.state === 'withdrawn')) || 'Waiting.';
    }
    case 'no-target':
      return noTargetMessage ?? 'Not sent: no account was live on its site. Switch IsLive on, then press Synchronize.';
    case 'pending':
      return 'Ready to be sent; it is being handed to the accounts of its site.';
    default:
      return joined(pushes.filter((push) => push.state !== 'dismissed' || state === 'dismissed'));
  }
}
