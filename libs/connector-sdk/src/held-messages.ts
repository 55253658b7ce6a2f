import type { JsMsg } from '@nats-io/jetstream';
import type { Bus } from '@pes/messaging';

interface HeldMessage {
  message: JsMsg;
  epoch: number;
}

/**
 * The messages that a reader works on. Each is kept alive until it is released.
 *
 * A reconnect starts a new epoch: the broker may have been replaced by an older copy of itself, in which the sequence of a held message
 * is another message's. From then on nothing is said about a message of an earlier epoch; it comes back, and its reader recognises it.
 */
export interface HeldMessages {
  hold(message: JsMsg): HeldMessage;
  acknowledge(held: HeldMessage): void;
  release(held: HeldMessage): void;
  count(): number;
  bytes(): number;
  /** Resolves at the next release, or at `wake`. */
  change(): Promise<void>;
  wake(): void;
  close(): void;
}

export function createHeldMessages(bus: Bus, ackWaitMs: number): HeldMessages {
  const all = new Set<HeldMessage>();
  const waiting: Array<() => void> = [];
  let bytes = 0;
  let epoch = 1;

  const isCurrent = (held: HeldMessage): boolean => held.epoch === epoch && !bus.nc.isClosed();
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const keepAlive = setInterval(() => {
    for (const held of all) if (isCurrent(held)) held.message.working();
  }, ackWaitMs / 3);
  const statuses = bus.nc.status();
  void (async () => {
    for await (const status of statuses) if (status.type === 'reconnect') epoch += 1;
  })();

  return {
    hold(message) {
      const held = { message, epoch };
      all.add(held);
      bytes += message.data.byteLength;
      return held;
    },
    acknowledge(held) {
      if (isCurrent(held)) held.message.ack();
    },
    release(held) {
      if (all.delete(held)) bytes -= held.message.data.byteLength;
      wake();
    },
    count: () => all.size,
    bytes: () => bytes,
    change: () => new Promise((resolve) => waiting.push(resolve)),
    wake,
    close: () => clearInterval(keepAlive),
  };
}
