import { consumers } from '@pes/contracts';
import { connectBus, ensureTopology, publishAll, waitUntilCaughtUp, type Bus, type TopologyOptions } from '@pes/messaging';
import { registryEvents, type SeedOptions } from '../seed/registry-events.ts';
import { within } from '../within.ts';

/** Announces the demo subscriber. Comes before the services, which read the registry when they start. */
export async function publishSeed(natsUrl: string, topology: TopologyOptions, seed: SeedOptions): Promise<void> {
  await withBus(natsUrl, async (bus) => {
    await ensureTopology(bus, topology);
    await publishAll(bus, registryEvents(seed));
  });
}

const patienceMs = 30_000;

/** An order that is decided before the accounts of its site are known goes to nobody. Throws when a reader does not get that far. */
export async function untilSeedIsKnown(natsUrl: string): Promise<void> {
  await withBus(natsUrl, async (bus) => {
    for (const consumer of [consumers.eligibilitySites, consumers.dispatchRegistry, consumers.dispatchManifests]) {
      if (!(await waitUntilCaughtUp(bus, consumer, patienceMs))) throw new Error(`${consumer.durable} did not read the registry within ${patienceMs / 1000} s: see the logs`);
    }
  });
}

/** A bus waits for its server for ever; here an address where nothing answers is a mistake to tell. */
async function withBus(natsUrl: string, work: (bus: Bus) => Promise<void>): Promise<void> {
  const bus = await within(patienceMs, connectBus({ servers: natsUrl, name: 'standalone-seed' }));
  if (bus === undefined) throw new Error(`nothing answers at NATS_URL ${natsUrl} for ${patienceMs / 1000} s: start the server, or unset NATS_URL to use an own one`);
  try {
    await work(bus);
  } finally {
    await bus.close();
  }
}
