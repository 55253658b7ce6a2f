import { subjects, validator } from '@pes/contracts';
import { serveRpc } from '@pes/messaging';
import { missingOrders } from '../data-access/known-orders.sql.ts';
import type { Dispatch } from '../dispatch.ts';

const validate = validator('dispatch-known-request');

/** Answers order-eligibility's question whether its decisions arrived, so that it can publish again what the broker lost. */
export function serveKnown({ bus, db }: Dispatch): { stop(): Promise<void> } {
  return serveRpc(bus, subjects.rpcDispatchKnown, async (request) => {
    const valid = validate(request);
    if (!valid.ok) return { error: valid.errors.join('; ') };
    return { missing: await missingOrders(db, valid.value.orders) };
  });
}
