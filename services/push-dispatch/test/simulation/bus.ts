import type { Process } from './process.ts';
import type { World } from './world.ts';

/** A stream and its one durable consumer. Confirmed is not durable: the whole bus can be set back to an older copy of itself. */
interface Message {
  id: string;
  body: unknown;
  publishedAtMs: number;
  deliveries: number;
  acknowledged: boolean;
  /** Nobody was there to take it. */
  waits: boolean;
  /** Changes with every delivery and with every set-back, so that what was planned for an earlier one is void. */
  turn: number;
  /** Incarnations that ever got it. */
  receivers: number[];
}

export interface Delivery {
  message: Message;
  /** 1 on the first delivery, as far as the bus knows. */
  count: number;
  acknowledge(): void;
}

export interface Bus {
  subscribe(stream: string, process: Process, receive: (delivery: Delivery) => void): void;
  /** Hands a process what waited while nobody was there. */
  resume(stream: string): void;
  /** Answers false when the sender gets no confirmation; the message may be stored all the same. */
  publish(stream: string, id: string, body: unknown): boolean;
  isDown(): boolean;
  /** Connections break, nothing is taken for a while. */
  restart(downMs: number): void;
  takeCopy(): void;
  /** Restarts as the copy taken last. */
  setBack(downMs: number): void;
}

interface Subscriber {
  process: Process;
  receive: (delivery: Delivery) => void;
}

interface Stream {
  name: string;
  log: Message[];
  subscribers: Subscriber[];
}

type CopiedLog = Array<{ message: Message; deliveries: number; acknowledged: boolean }>;

// The newest message of each key is all that REGISTRY holds, and its owner publishes it again: no concern of push-dispatch.
const neverSetBack = new Set(['REGISTRY']);

const duplicateWindowMs = 120_000;
const ackWaitMs = 4_000;

export function createBus(world: World): Bus {
  const { random, timeline, faults } = world;
  const streams = new Map<string, Stream>();
  let epoch = 1;
  let downUntilMs = 0;
  let copy = new Map<string, CopiedLog>();
  let copiedAtMs = 0;

  function streamOf(name: string): Stream {
    let stream = streams.get(name);
    if (stream === undefined) streams.set(name, stream = { name, log: [], subscribers: [] });
    return stream;
  }

  const isDown = (): boolean => timeline.nowMs() < downUntilMs;

  function plan(stream: Stream, message: Message, delayMs: number): void {
    const turn = message.turn += 1;
    timeline.after(delayMs, () => {
      if (message.turn === turn && !message.acknowledged) deliver(stream, message);
    });
  }

  /** What the consumer says about earlier deliveries; see Rules.deliveriesAreForgotten. */
  function countFor(message: Message, incarnation: number): number {
    const elsewhere = message.receivers.some((receiver) => receiver !== incarnation);
    return elsewhere && !world.rules.deliveriesAreForgotten ? Math.max(2, message.deliveries) : message.deliveries;
  }

  function deliver(stream: Stream, message: Message): void {
    if (isDown()) return plan(stream, message, downUntilMs - timeline.nowMs() + random.between(0, 500));
    const alive = stream.subscribers.filter(({ process }) => process.isAlive());
    message.waits = alive.length === 0;
    if (message.waits) return;
    const { process, receive } = random.pick(alive);
    const incarnation = process.incarnation();
    const given = { turn: message.turn += 1, epoch };
    message.deliveries += 1;
    const count = countFor(message, incarnation);
    message.receivers.push(incarnation);
    let isHeld = true;
    const isCurrent = (): boolean => message.turn === given.turn && epoch === given.epoch && process.incarnation() === incarnation;

    function watch(): void {
      timeline.after(ackWaitMs, () => {
        if (message.turn !== given.turn || message.acknowledged) return;
        const isKeptAlive = isHeld && process.isAlive() && isCurrent() && !faults.chance('keepAliveLost');
        if (isKeptAlive) watch();
        else deliver(stream, message);
      });
    }
    watch();
    world.trace(() => `${stream.name}: ${message.id} goes to ${process.name} (delivery ${count})`);
    receive({
      message, count,
      acknowledge() {
        isHeld = false;
        if (isCurrent() && !isDown() && !faults.chance('ackLost')) message.acknowledged = true;
      },
    });
  }

  function restart(downMs: number): void {
    epoch += 1;
    downUntilMs = timeline.nowMs() + downMs;
  }

  function takeCopy(): void {
    copiedAtMs = timeline.nowMs();
    copy = new Map([...streams.values()].map((stream) => [
      stream.name, stream.log.map((message) => ({ message, deliveries: message.deliveries, acknowledged: message.acknowledged })),
    ]));
  }

  function setBack(downMs: number): void {
    if (copy.size === 0) return;
    world.trace(() => 'the bus is set back');
    restart(downMs);
    world.core.forgetSince(copiedAtMs);
    for (const dispatch of world.dispatches) dispatch.verify();
    for (const stream of streams.values()) {
      if (neverSetBack.has(stream.name)) continue;
      for (const message of stream.log) message.turn += 1;
      stream.log = (copy.get(stream.name) ?? []).map(({ message, deliveries, acknowledged }) => Object.assign(message, { deliveries, acknowledged }));
      for (const message of stream.log) if (!message.acknowledged) plan(stream, message, downMs + random.between(1, ackWaitMs));
    }
  }

  /** Set-backs that come while something is under way: by chance alone they would fall into the long times in which nothing is. */
  function mishap(): void {
    if (faults.chance('copyTaken')) takeCopy();
    if (faults.chance('setBack')) timeline.after(random.between(0, 10_000), () => setBack(random.between(50, 5_000)));
  }

  function publish(name: string, id: string, body: unknown): boolean {
    mishap();
    if (isDown() || faults.chance('publishFails')) return false;
    const stream = streamOf(name);
    const nowMs = timeline.nowMs();
    const isKnown = stream.log.some((message) => message.id === id && message.publishedAtMs > nowMs - duplicateWindowMs);
    if (!isKnown) {
      const message: Message = { id, body, publishedAtMs: nowMs, deliveries: 0, acknowledged: false, waits: false, turn: 0, receivers: [] };
      stream.log.push(message);
      plan(stream, message, random.between(1, faults.chance('slowDelivery') ? 20_000 : 5));
    }
    return !faults.chance('confirmationLost');
  }

  return {
    isDown, publish, restart, takeCopy, setBack,
    subscribe: (name, process, receive) => { streamOf(name).subscribers.push({ process, receive }); },
    resume(name) {
      const stream = streamOf(name);
      for (const message of stream.log) if (message.waits) plan(stream, message, random.between(1, 500));
    },
  };
}
