import type { PushState } from '../../src/domain/push-state.ts';
import type { Provider } from './provider.ts';
import type { PushRecord } from './tables.ts';
import type { World } from './world.ts';

/** States in which nothing goes on by itself once every setting is right. */
const settled = new Set<PushState>(['sent', 'rejected', 'dead', 'needs-person', 'dismissed']);
/** Where a push may stay when its order is not ready. */
const notReady = new Set<PushState>([...settled, 'withdrawn', 'waiting-mapping', 'blocked']);
/** What people are told about a push that the provider may have. */
const saysMaybe = new Set<PushState>(['sent', 'needs-person', 'dismissed']);

function checkSettled(world: World, push: PushRecord): void {
  const isReady = world.gate.standing(push.orderId)?.result === 'eligible';
  if ((isReady ? settled : notReady).has(push.state)) return;
  world.watch.report(`${push.reference} is left ${push.state}${push.code === null ? '' : ` (${push.code})`} although its order is ${isReady ? 'ready' : 'not ready'}`);
}

function checkLedger(world: World, push: PushRecord, provider: Provider): void {
  const entries = provider.entries(push.reference);
  const { watch, people } = world;
  if (push.state === 'sent' && entries === 0 && !people.hasSettled(push.pushId)) watch.report(`${push.reference} is sent and not in the ledger: lost`);
  // Whoever has it sent without a look has looked, and says that it is not there.
  const isDenied = people.resends(push.reference) > 0;
  if (entries > 0 && !saysMaybe.has(push.state) && !isDenied && !watch.isOvertaken(push.reference)) watch.report(`${push.reference} is in the ledger and said to be ${push.state}`);
}

function checkPublished(world: World, push: PushRecord): void {
  const known = world.core.newest(push.pushId);
  if (known?.revision !== push.revision) {
    world.watch.report(`${push.reference} is ${push.state} at revision ${push.revision}, published was ${known === undefined ? 'nothing' : `${known.state} at ${known.revision}`}`);
  }
  if (push.state === 'dead' && !world.core.knowsDead(push.pushId)) world.watch.report(`${push.reference} is dead and DEAD does not know`);
}

function checkDuplicates(world: World, { manifest, references, entries }: Provider): void {
  for (const reference of references()) {
    const allowed = 1 + (manifest.idempotency === 'none' ? world.people.resends(reference) : 0);
    if (entries(reference) > allowed) world.watch.report(`${reference} is in the ledger ${entries(reference)} times (${manifest.idempotency})`);
  }
}

/** The newest decision is held, and an eligible order has one push for each account that it was planned for. */
function checkOrder(world: World, orderId: string): void {
  const { tables, watch } = world;
  const standing = world.gate.standing(orderId);
  const version = tables.orders.get(orderId)?.version;
  if (version !== standing?.version) watch.report(`${orderId} is held in version ${version}, version ${standing?.version} stands`);
  if (standing?.result !== 'eligible') return;
  for (const accountId of tables.lanes.keys()) {
    const count = tables.pushes.filter((push) => push.orderId === orderId && push.accountId === accountId).length;
    const isBacklog = count === 0 && world.wasUntargeted(orderId, accountId);
    if (count !== 1 && !isBacklog) watch.report(`${orderId} has ${count} pushes for ${accountId}`);
  }
}

/** Every eligible order has one push for each account, which is settled, visible, and says of the ledger what is true. */
export function checkEnd(world: World): void {
  for (const orderId of world.gate.orderIds()) checkOrder(world, orderId);
  for (const push of world.tables.pushes) {
    checkSettled(world, push);
    checkLedger(world, push, world.providers.find(({ manifest }) => manifest.provider === push.provider)!);
    checkPublished(world, push);
  }
  for (const provider of world.providers) checkDuplicates(world, provider);
}
