import type { OrderDecided, PushCommand, PushOutcomes } from '@pes/contracts';
import type { Delivery } from './bus.ts';
import { outcomeStream } from './connector-process.ts';
import { commandSteps, decisionSteps, outcomeSteps, registrySteps, type AccountChange, type Handling, type RegistryChange } from './dispatch-handlers.ts';
import { createSendLoop, type PublishNoted, type SendLoop } from './dispatch-sending.ts';
import { createSweep } from './dispatch-sweep.ts';
import { createProcess, type Process, type Step } from './process.ts';
import type { PushRow } from '../../src/domain/push-state.ts';
import { changedSince, notePublished } from './table-claims.ts';
import type { World } from './world.ts';

/** A replica of push-dispatch: its entry points, step by step, on the tables, the bus and the clock of the world. */
export interface DispatchProcess {
  process: Process;
  /** Looks at the tables now; the world calls it when something became due. */
  sweep(): void;
  /** Soon compares the stream of changes with what it once confirmed; the world calls it when there is something to find. */
  verify(): void;
}

export interface Dispatching {
  world: World;
  process: Process;
  loop: SendLoop;
  /** Answers false when the bus did not confirm. */
  publishChanges(rows: readonly PushRow[]): boolean;
  publishNoted: PublishNoted;
}

export const decisionStream = 'ORDERS';
export const commandStream = 'COMMAND';
export const accountCommandStream = 'COMMAND.account';
export const registryStream = 'REGISTRY';

const flushWaitMs = 2;
const longestBackoffMs = 2_000;
const verifyMs = 5_000;
const overlapMs = 60_000;

export function createDispatchProcess(world: World, place: number): DispatchProcess {
  const { bus, random } = world;
  const buffers = new Map<string, Delivery[]>();
  const process = createProcess(world, {
    name: `dispatch-${place}`,
    onStart() {
      for (const stream of [decisionStream, outcomeStream, commandStream, accountCommandStream, registryStream]) bus.resume(stream);
      sweep.start();
      verify();
    },
    onCrash() {
      buffers.clear();
      loop.forget();
    },
  });
  const publishChanges = (rows: readonly PushRow[]): boolean => world.core.publish(rows);

  /** publish-noted.ts, as one step: a crash before the note is taken back only means that the change is published again. */
  function publishNoted(rows: readonly PushRow[]): boolean {
    const isConfirmed = publishChanges(rows);
    if (isConfirmed) notePublished(world.tables, rows);
    return isConfirmed;
  }
  const loop = createSendLoop(world, process, publishNoted);
  const dispatching: Dispatching = { world, process, loop, publishChanges, publishNoted };
  const sweep = createSweep(dispatching);

  /** integration-events.ts. That a set-back shows in the sequences is taken for granted here. */
  function verify(): void {
    process.later(random.between(0, verifyMs), () => {
      const lostSinceMs = world.core.lostSinceMs();
      if (lostSinceMs === undefined) return;
      process.inSteps([{
        name: 'publish lost changes again',
        run() {
          const isConfirmed = publishChanges(changedSince(world.tables, lostSinceMs - overlapMs));
          if (isConfirmed) world.core.restored();
          return isConfirmed;
        },
      }], verify);
    });
  }

  /** The same batch again for as long as the infrastructure fails, then the acknowledgements. */
  function handle(batch: readonly Delivery[], handling: Handling): void {
    const acknowledge: Step = { name: `acknowledge ${handling.name}`, run: () => { for (const delivery of batch) delivery.acknowledge(); return true; } };
    process.inSteps([...handling.steps(), acknowledge], () => {
      process.later(random.between(50, longestBackoffMs), () => handle(batch, handling));
    });
  }

  function subscribe<T>(stream: string, handlingOf: (values: T[]) => Handling): void {
    bus.subscribe(stream, process, (delivery) => {
      const buffer = buffers.get(stream);
      if (buffer !== undefined) return void buffer.push(delivery);
      buffers.set(stream, [delivery]);
      process.later(random.between(0, flushWaitMs), () => {
        const batch = buffers.get(stream) ?? [];
        buffers.delete(stream);
        handle(batch, handlingOf(batch.map(({ message }) => message.body as T)));
      });
    });
  }

  subscribe<OrderDecided>(decisionStream, (events) => decisionSteps(dispatching, events));
  subscribe<PushOutcomes>(outcomeStream, (events) => outcomeSteps(dispatching, events));
  subscribe<PushCommand>(commandStream, (commands) => commandSteps(dispatching, commands));
  subscribe<AccountChange>(accountCommandStream, (commands) => commandSteps(dispatching, [], commands));
  subscribe<RegistryChange>(registryStream, (changes) => registrySteps(dispatching, changes));
  return { process, sweep: sweep.look, verify };
}
