import { ids } from '../order-fixture.ts';
import type { RegistryChange } from './dispatch-handlers.ts';
import { registryStream } from './dispatch-process.ts';
import type { Trouble } from './provider.ts';
import type { World } from './world.ts';

/** What befalls a world besides small faults: kills, a broker that restarts or is set back, providers that fail for a while, settings that change. */
export interface Misfortunes {
  plan(withinMs: number): void;
  /** From now on everything works and every setting is right. */
  end(): void;
}

const productId = ids.product;
const troubles: readonly Trouble[] = ['not-sent', 'nothing', 'server-error', 'rate-limited'];

export function createMisfortunes(world: World): Misfortunes {
  const { random, timeline, bus } = world;
  let version = 1;
  let areOver = false;

  /** Some times within the time; `most` is how many at most. */
  function times(most: number, withinMs: number, run: () => void): void {
    if (!random.chance(0.6)) return;
    for (let count = random.between(1, most); count > 0; count -= 1) timeline.after(random.between(0, withinMs), () => { if (!areOver) run(); });
  }

  function tellRegistry(change: RegistryChange): void {
    if (!bus.publish(registryStream, `registry:${change.version}`, change)) timeline.after(1_000, () => tellRegistry(change));
  }

  /** What is wrong now, with the way to put it right. */
  const wrong = new Map<string, () => void>();

  function note(what: string, isRight: boolean, putRight: () => void): void {
    if (isRight) wrong.delete(what);
    else wrong.set(what, putRight);
  }

  function setLive(accountId: string, live: boolean): void {
    note(`live ${accountId}`, live, () => setLive(accountId, true));
    const activation = [...world.registry.activations.values()].flat().find((candidate) => candidate.accountId === accountId)!;
    world.trace(() => `admin: ${accountId} is ${live ? '' : 'not '}live`);
    tellRegistry({ kind: 'activation', accountId, version: version += 1, apply: () => { activation.live = live; } });
  }

  function setProduct(accountId: string, externalId: string | null): void {
    note(`product ${accountId}`, externalId !== null, () => setProduct(accountId, 'SKU-3'));
    const product = world.registry.entity(accountId, 'product', productId)!;
    world.trace(() => `admin: ${accountId} has ${externalId === null ? 'no value' : 'a value'} for the product`);
    tellRegistry({ kind: 'entity', accountId, entityId: productId, version: version += 1, apply: () => { product.externalId = externalId; } });
  }

  function setCredentials(accountId: string, areRight: boolean): void {
    note(`credentials ${accountId}`, areRight, () => setCredentials(accountId, true));
    const { provider } = world.registry.accounts.get(accountId)!;
    world.trace(() => `admin: credentials of ${accountId} are ${areRight ? 'right' : 'wrong'}`);
    world.providers.find(({ manifest }) => manifest.provider === provider)!.setCredentials(accountId, areRight);
    if (areRight) tellRegistry({ kind: 'account', accountId, version: version += 1, apply: () => undefined });
  }

  /** Wrong for a while, then right again. */
  function forAWhile(withinMs: number, begin: () => void, end: () => void): void {
    begin();
    timeline.after(random.between(1_000, Math.max(2_000, Math.floor(withinMs / 3))), () => { if (!areOver) end(); });
  }

  const anAccountId = (): string => random.pick([...world.tables.lanes.keys()]);

  return {
    plan(withinMs) {
      times(3, withinMs, () => random.pick([...world.dispatches, ...world.connectors]).process.crash('killed'));
      times(2, withinMs, () => random.pick(world.connectors).stop());
      times(2, withinMs, () => bus.restart(random.between(50, 20_000)));
      times(4, withinMs, () => bus.takeCopy());
      times(2, withinMs, () => bus.setBack(random.between(50, 10_000)));
      times(2, withinMs, () => {
        const provider = random.pick(world.providers);
        const trouble = random.pick(troubles);
        // A provider that asks to slow down uses up no attempts, so for hours it would only cost time.
        const longestMs = trouble === 'rate-limited' ? 600_000 : withinMs;
        forAWhile(longestMs, () => {
          world.trace(() => `${provider.manifest.provider} is in trouble: ${trouble}`);
          provider.setTrouble(trouble);
        }, () => provider.setTrouble(undefined));
      });
      times(1, withinMs, () => { const id = anAccountId(); forAWhile(withinMs, () => setLive(id, false), () => setLive(id, true)); });
      times(1, withinMs, () => { const id = anAccountId(); forAWhile(withinMs, () => setProduct(id, null), () => setProduct(id, 'SKU-2')); });
      times(1, withinMs, () => { const id = anAccountId(); forAWhile(withinMs, () => setCredentials(id, false), () => setCredentials(id, true)); });
    },
    end() {
      areOver = true;
      for (const provider of world.providers) provider.setTrouble(undefined);
      for (const putRight of [...wrong.values()]) putRight();
    },
  };
}
