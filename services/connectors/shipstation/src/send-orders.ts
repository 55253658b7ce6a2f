import { rejected, retry, unknown, type CallContext, type PushOutcome } from '@pes/connector-sdk';
import { fail, ok, type Result } from '@pes/kernel';
import { callShipStation, failure, type CallFailure } from './client.ts';
import { idText, isRecord, memberOf } from './json.ts';
import type { OrderBody } from './map-order.ts';

export interface SendFailure extends CallFailure {
  /** Keys of the orders that ShipStation refused. */
  refused: string[];
}

/** Creates or updates the orders by orderKey, all in one request. The value holds the ids in the order of the bodies. */
export async function sendOrders(context: CallContext, bodies: readonly OrderBody[]): Promise<Result<string[], SendFailure>> {
  const [only] = bodies;
  return only !== undefined && bodies.length === 1 ? sendOne(context, only) : sendMany(context, bodies);
}

async function sendOne(context: CallContext, body: OrderBody): Promise<Result<string[], SendFailure>> {
  const answer = await callShipStation(context, {
    method: 'POST', path: '/orders/createorder', body, read: (value) => (isRecord(value) ? idText(value['orderId']) : undefined),
  });
  return answer.ok ? ok([answer.value]) : fail({ ...answer.error, refused: [body.orderKey] });
}

export type RowResult =
  | { kind: 'taken'; orderId: string; answer: unknown }
  | { kind: 'refused' }
  /** The call went through and says nothing, or nothing final, about this row. */
  | { kind: 'unsettled'; outcome: PushOutcome; answer: unknown };

/** Creates or updates many independent orders in one call. One result for each body, in the same order. */
export async function sendRows(context: CallContext, bodies: readonly OrderBody[]): Promise<Result<RowResult[], CallFailure>> {
  const answer = await callShipStation(context, { method: 'POST', path: '/orders/createorders', body: bodies, read: readRows });
  if (!answer.ok) return answer;
  const byKey = new Map(answer.value.map((row) => [row['orderKey'], row]));
  return ok(bodies.map(({ orderKey }) => rowResult(byKey.get(orderKey))));
}

function rowResult(row: Record<string, unknown> | undefined): RowResult {
  const orderId = row?.['success'] === true ? idText(row['orderId']) : undefined;
  if (orderId !== undefined) return { kind: 'taken', orderId, answer: row };
  if (row === undefined || row['success'] === true) {
    return { kind: 'unsettled', outcome: unknown('answer_unreadable', 'ShipStation did not report on every order of the call.'), answer: row };
  }
  if (/too many requests/i.test(reasonOf(row))) return { kind: 'unsettled', outcome: retry('rate_limited', 'ShipStation asks to slow down.', 60_000), answer: row };
  return { kind: 'refused' };
}

/** The bulk call answers 200 also when it refused rows (V1 docs, create/update multiple orders). */
async function sendMany(context: CallContext, bodies: readonly OrderBody[]): Promise<Result<string[], SendFailure>> {
  const answer = await callShipStation(context, { method: 'POST', path: '/orders/createorders', body: bodies, read: readRows });
  if (!answer.ok) return fail({ ...answer.error, refused: bodies.map(({ orderKey }) => orderKey) });
  const results = bodies.map((body) => ({ body, row: answer.value.find((row) => row['orderKey'] === body.orderKey) }));
  const refused = results.filter(({ row }) => row !== undefined && row['success'] !== true);
  if (refused.length > 0) return fail({ ...failure(refusal(refused), 200), refused: refused.map(({ body }) => body.orderKey) });
  const ids = results.map(({ row }) => idText(row?.['orderId'])).filter((id) => id !== undefined);
  if (ids.length === bodies.length) return ok(ids);
  return fail({ ...failure(unknown('answer_unreadable', 'ShipStation did not report on every order of the call.'), 200), refused: [] });
}

function readRows(value: unknown): Array<Record<string, unknown>> | undefined {
  return isRecord(value) && Array.isArray(value['results']) ? value['results'].filter(isRecord) : undefined;
}

function refusal(rows: ReadonlyArray<{ body: OrderBody; row: Record<string, unknown> | undefined }>): PushOutcome {
  const fields = rows.map(({ body, row }) => ({ path: body.orderNumber, message: reasonOf(row).slice(0, 1000) }));
  if (fields.some(({ message }) => /too many requests/i.test(message))) return retry('rate_limited', 'ShipStation asks to slow down.', 60_000);
  return rejected('validation', fields.map(({ path, message }) => `${path}: ${message}`).join('; '), fields);
}

function reasonOf(row: Record<string, unknown> | undefined): string {
  return memberOf(row ?? {}, 'errormessage') ?? 'refused without a reason';
}
