import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, subjects, type AccountCommand, type RegistryAccount } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { publish } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { aManifest, ids } from './order-fixture.ts';
import { runDispatch, type RunningDispatch } from './running-dispatch.ts';

let running: RunningDispatch;
const account = (version: number, name: string): RegistryAccount => ({
  accountId: ids.accountA, subscriberId: ids.subscriber, provider: 'acme-press', name, state: 'active', referencePrefix: 'AE-', settings: {}, sealedCredentials: 'sealed', version,
});
beforeAll(async () => {
  running = await runDispatch();
  await running.announce(aManifest());
  await running.register({ accounts: [account(10, 'Acme')], activations: [] });
  await waitUntil(async () => (await running.db.query('select from lane')).rowCount === 1);
});
afterAll(() => running.stop());

async function order(action: 'pause' | 'resume', registryVersion: number): Promise<void> {
  const data: AccountCommand = { commandId: newId(), subscriberId: ids.subscriber, accountId: ids.accountA, action, actor: 'kim', at: new Date().toISOString(), registryVersion };
  await publish(running.bus, { subject: subjects.accountCommand(ids.subscriber), type: eventTypes.accountCommand, id: data.commandId, source: 'test', data });
}
const isPaused = async (): Promise<boolean> => (await running.db.query<{ operator_paused: boolean }>('select operator_paused from lane')).rows[0]!.operator_paused;
const settle = (ms: number) => new Promise((resolve) => { setTimeout(resolve, ms); });

describe('a command', () => {
  it('waits for the registry version under which it was given', async () => {
    await order('pause', 20);
    await settle(500);
    expect(await isPaused()).toBe(false);
    await running.register({ accounts: [account(20, 'Acme renamed')], activations: [] });
    await waitUntil(isPaused, { timeoutMs: 2_000 });
  });

  it('goes on without it after a while, so that nobody is held up for ever', async () => {
    const startedAt = Date.now();
    await order('resume', 999);
    await waitUntil(async () => !await isPaused(), { timeoutMs: 8_000 });
    expect(Date.now() - startedAt).toBeGreaterThan(2_500);
  });
});
