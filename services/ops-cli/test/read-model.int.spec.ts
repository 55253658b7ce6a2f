import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { subjects } from '@pes/contracts';
import { serveRpc } from '@pes/messaging';
import { runSystem, type RunningSystem } from './running-system.ts';

let running: RunningSystem;
beforeAll(async () => {
  running = await runSystem();
  await running.orders(6, 'sent');
}, 90_000);
afterAll(() => running.stop());

it('makes the read model again, asks first, and shows how far it is', async () => {
  expect(await running.pes(['read-model', 'show'])).toMatchObject({ code: 0, out: 'The read model was never rebuilt.\n' });
  expect(await running.pes(['read-model', 'rebuild'])).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
  serveRpc(running.bus, subjects.rpcEligibilityDecisions, async () => ({ decisions: [] }));
  const { rebuild } = await running.json<{ rebuild: { state: string; pushes: number } }>(['read-model', 'rebuild', '--wait', '--yes']);
  expect(rebuild).toMatchObject({ state: 'done', pushes: 6, decisions: 0 });
  expect(await running.pes(['read-model', 'show'])).toMatchObject({ code: 0, out: expect.stringContaining('0 decisions, 6 pushes') });
});
