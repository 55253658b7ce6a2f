import type { Bus } from '@pes/messaging';

/** Who listens to this process. */
export interface Listeners {
  /** Undefined when there is no room, here or for one more of the subscriber; else call what it answers when the listener leaves. */
  enter(subscriberId: string, most: number, end: (reason: string) => void): (() => void) | undefined;
}

function createListeners(bus: Bus): Listeners {
  const ends = new Map<string, Set<(reason: string) => void>>();
  let all = 0;

  // The broker may have become an older copy of itself: every listener comes again and says where it was.
  async function watchConnection(): Promise<void> {
    for await (const { type } of bus.nc.status()) {
      if (type !== 'reconnect') continue;
      for (const own of ends.values()) for (const end of own) end('renew');
    }
  }

  void watchConnection().catch(() => undefined);
  return {
    enter(subscriberId, most, end) {
      const own = ends.get(subscriberId) ?? new Set();
      if (all >= most || own.size >= Math.max(1, Math.floor(most / 5))) return undefined;
      all += 1;
      ends.set(subscriberId, own.add(end));
      return () => {
        if (!own.delete(end)) return;
        all -= 1;
        if (own.size === 0) ends.delete(subscriberId);
      };
    },
  };
}

const byBus = new WeakMap<Bus, Listeners>();

/** One for each connection. */
export function listenersOf(bus: Bus): Listeners {
  const known = byBus.get(bus) ?? createListeners(bus);
  byBus.set(bus, known);
  return known;
}
