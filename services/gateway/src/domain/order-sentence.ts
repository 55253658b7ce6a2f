import { failedPushStates, type PushState } from './order-state.ts';
import type { ReadOrder, ReadPush } from './read-order.ts';

const shownReasons = 3;

const isFailed = (state: PushState): boolean => (failedPushStates as readonly PushState[]).includes(state);

/** What stands between an order and its providers, for a person: which thing to open and what to do there. */
export function orderSentence({ state, reasons, noTargetMessage }: ReadOrder, pushes: readonly ReadPush[]): string {
  switch (state) {
    case 'failed':
      return pushes.filter((push) => isFailed(push.state)).map(({ message }) => message).join(' ');
    case 'waiting':
    case 'closed': {
      const more = reasons.length > shownReasons ? ` And ${reasons.length - shownReasons} more.` : '';
      if (reasons.length > 0) return reasons.slice(0, shownReasons).map(({ message }) => message).join(' ') + more;
      return pushes.filter((push) => push.state === 'withdrawn').map(({ message }) => message).join(' ') || 'Waiting.';
    }
    case 'no-target':
      return noTargetMessage ?? 'Not sent: no account was live on its site. Switch IsLive on, then press Synchronize.';
    case 'pending':
      return 'Ready to be sent; it is being handed to the accounts of its site.';
    default:
      return pushes.filter((push) => push.state !== 'dismissed' || state === 'dismissed').map(({ message }) => message).join(' ');
  }
}
