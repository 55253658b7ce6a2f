import type { Socket } from 'node:net';

export interface DelayedWriter {
  write(data: Buffer): void;
  /** Sends the end of the data after what was written. */
  end(): void;
  /** Closes the connection after what was written. */
  finish(): void;
}

export interface DelayedWriterOptions {
  /** Is paused while the other side takes no more. */
  from: Socket;
  to: Socket;
  /** Asked at every write. When it falls, later data still waits for the earlier. */
  delayMs: () => number;
}

/** Hands actions on to a socket after a delay, in their order. */
export function createDelayedWriter({ from, to, delayMs }: DelayedWriterOptions): DelayedWriter {
  let lastDueAt = 0;
  let waiting = 0;

  const later = (action: () => void): void => {
    const now = performance.now();
    const dueAt = Math.max(now + delayMs(), lastDueAt);
    lastDueAt = dueAt;
    if (dueAt <= now && waiting === 0) return action();
    waiting += 1;
    schedule(dueAt, action);
  };
  // Timers of different lengths may fire out of order at the same millisecond, so the queue keeps the order.
  const queue: Array<() => void> = [];
  const schedule = (dueAt: number, action: () => void): void => {
    queue.push(action);
    setTimeout(() => {
      waiting -= 1;
      queue.shift()?.();
    }, Math.max(0, dueAt - performance.now()));
  };

  to.on('drain', () => from.resume());
  return {
    write: (data) => later(() => {
      if (!to.destroyed && !to.write(data)) from.pause();
    }),
    end: () => later(() => {
      if (!to.destroyed) to.end();
    }),
    finish: () => later(() => {
      if (!to.destroyed) to.destroySoon();
    }),
  };
}
