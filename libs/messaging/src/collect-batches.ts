import type { JsMsg } from '@nats-io/jetstream';
import type { Held } from './settle-batch.ts';

/** A message that was received and not decoded yet. */
export type Waiting = Omit<Held<unknown>, 'value'>;

export interface Batches {
  /** Resolves when there is room for another one; at once unless a whole batch waits already. */
  add(waiting: Waiting): Promise<void> | void;
  /** A batch of its own, at once; counts as one of the flushes. */
  run(batch: readonly Waiting[]): void;
  takeWaiting(): Waiting[];
  /** Nobody is held up from now on. */
  unblock(): void;
  /** Resolves when nothing waits and nothing runs. */
  drain(): Promise<void>;
}

export interface BatchOptions {
  maxBatch: number;
  maxBatchBytes: number;
  maxWaitMs: number;
  maxFlushes: number;
  flush(batch: readonly Waiting[]): Promise<void>;
  onGivenBack(error: unknown): void;
}

const sizeOf = ({ message }: { message: JsMsg }): number => message.data.length;

interface Queue {
  push(one: Waiting): void;
  /** One batch's worth: at least one message, however large. */
  take(): Waiting[];
  takeAll(): Waiting[];
  length(): number;
  holdsBatch(): boolean;
}

function createQueue({ maxBatch, maxBatchBytes }: BatchOptions): Queue {
  let waiting: Waiting[] = [];
  let bytes = 0;
  return {
    push(one) {
      waiting.push(one);
      bytes += sizeOf(one);
    },
    take() {
      let count = 0;
      let taken = 0;
      while (count < waiting.length && count < maxBatch && taken < maxBatchBytes) taken += sizeOf(waiting[count++] as Waiting);
      bytes -= taken;
      return waiting.splice(0, count);
    },
    takeAll() {
      const taken = waiting;
      waiting = [];
      bytes = 0;
      return taken;
    },
    length: () => waiting.length,
    holdsBatch: () => waiting.length >= maxBatch || bytes >= maxBatchBytes,
  };
}

/** Collects until a batch is full or its first member has waited long enough, and limits how many are worked on at once. */
export function createBatches(options: BatchOptions): Batches {
  const { maxWaitMs, maxFlushes, flush, onGivenBack } = options;
  const flushes = new Set<Promise<void>>();
  const queue = createQueue(options);
  let timer: NodeJS.Timeout | undefined;
  let room: PromiseWithResolvers<void> | undefined;
  let unblocked = false;

  function schedule(): void {
    if (queue.holdsBatch()) start();
    else if (queue.length() > 0) timer ??= setTimeout(start, maxWaitMs);
  }

  function start(): void {
    clearTimeout(timer);
    timer = undefined;
    if (queue.length() === 0 || flushes.size >= maxFlushes) return;
    run(queue.take());
    schedule();
    if (!queue.holdsBatch()) release();
  }

  function release(): void {
    room?.resolve();
    room = undefined;
  }

  function run(batch: readonly Waiting[]): void {
    const tracked = flush(batch).catch(onGivenBack).finally(() => {
      flushes.delete(tracked);
      schedule();
    });
    flushes.add(tracked);
  }

  return {
    add(one) {
      queue.push(one);
      schedule();
      if (!queue.holdsBatch() || unblocked) return undefined;
      room ??= Promise.withResolvers<void>();
      return room.promise;
    },
    run,
    takeWaiting() {
      const taken = queue.takeAll();
      release();
      return taken;
    },
    unblock() {
      unblocked = true;
      release();
    },
    async drain() {
      while (queue.length() > 0 || flushes.size > 0) {
        start();
        await Promise.race(flushes);
      }
    },
  };
}
