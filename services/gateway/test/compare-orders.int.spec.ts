import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { subjects, type OrderDecision } from '@pes/contracts';
import { serveRpc } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { aDecision, aWaitingDecision, say } from './read-model-fixtures.ts';
import { runGateway, type RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => { gateway = await runGateway({ COMPARE_ORDERS_MS: '100', COMPARE_SLACK_MS: '60000' }); });
afterAll(() => gateway.close());

const rows = async (): Promise<Array<{ order_id: string; version: number; result: string }>> => (await gateway.db.query<{ order_id: string; version: number; result: string }>('select order_id, version, result from read_order')).rows;

it('stores decisions that the broker lost, also newer versions, and leaves alone what is newer here or too young', async () => {
  const told = Array.from({ length: 5 }, () => aDecision());
  const newerHere = aDecision({ version: 4 });
  const at = (n: number): string => `2026-05-04T09:00:${String(n).padStart(2, '0')}.000Z`;
  const lost = Array.from({ length: 45 }, (_, n) => aWaitingDecision({ decidedAt: at(n) }));
  const newerThere = { ...told[0]!, version: 2, result: 'waiting' as const, decidedAt: at(50) };
  const young = aDecision({ decidedAt: new Date().toISOString() });
  await say(gateway.bus, [...told, newerHere]);
  await waitUntil(async () => (await rows()).length === 6);

  const standing: OrderDecision[] = [...told.slice(1), { ...newerHere, version: 3, result: 'waiting' as const, reasons: [] }, ...lost, newerThere, young];
  const sorted = standing.toSorted((a, b) => Date.parse(a.decidedAt) - Date.parse(b.decidedAt) || (a.orderId < b.orderId ? -1 : 1));
  const asked: number[] = [];
  serveRpc(gateway.bus, subjects.rpcEligibilityDecisions, async (request) => {
    const { after } = request as { after: { decidedAt: string; orderId: string } };
    const rest = sorted.filter(({ decidedAt, orderId }) => Date.parse(decidedAt) > Date.parse(after.decidedAt) || (Date.parse(decidedAt) === Date.parse(after.decidedAt) && orderId > after.orderId));
    asked.push(rest.length);
    return { decisions: rest.slice(0, 10).map(({ order: _order, ...decision }) => decision) };
  });
  await waitUntil(async () => (await rows()).length === 51);
  await waitUntil(async () => (await rows()).find(({ order_id: id }) => id === told[0]!.orderId)?.version === 2);
  const now = new Map((await rows()).map((row) => [row.order_id, row]));
  expect(now.get(newerHere.orderId)).toMatchObject({ version: 4, result: 'eligible' });
  expect(now.has(young.orderId)).toBe(false);
  // What was compared is not asked for again.
  await waitUntil(() => asked.slice(-3).every((left) => left === 1) && asked.length > 8);
});
