/** The clock and everything that is going to happen. Time passes only by going on to the next event. */
export interface Timeline {
  nowMs(): number;
  after(delayMs: number, run: () => void): void;
  /** Runs events until none is left, `afterEach` after each. Answers whether it got there before `maxEvents` had run in all. */
  runUntilQuiet(maxEvents: number, afterEach: () => void): boolean;
  events(): number;
}

interface Event {
  atMs: number;
  /** Events of the same time run in the order in which they were planned. */
  place: number;
  run: () => void;
}

const isEarlier = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.place < b.place);

/** A binary heap: an event costs a few comparisons, however many wait. */
export function createTimeline(startMs: number): Timeline {
  const heap: Event[] = [];
  let nowMs = startMs;
  let place = 0;
  let count = 0;

  function push(event: Event): void {
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isEarlier(event, heap[parent] as Event)) break;
      heap[index] = heap[parent] as Event;
      index = parent;
    }
    heap[index] = event;
  }

  function pop(): Event | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (!isEarlier(heap[child] as Event, last)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
    return first;
  }

  return {
    nowMs: () => nowMs,
    after(delayMs, run) {
      push({ atMs: nowMs + Math.max(0, delayMs), place: place += 1, run });
    },
    runUntilQuiet(maxEvents, afterEach) {
      for (let event = pop(); event !== undefined; event = pop()) {
        nowMs = event.atMs;
        event.run();
        afterEach();
        if ((count += 1) >= maxEvents) return false;
      }
      return true;
    },
    events: () => count,
  };
}
