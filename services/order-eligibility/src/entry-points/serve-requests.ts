import { subjects, validator, type Validator } from '@pes/contracts';
import { serveRpc } from '@pes/messaging';
import { pageDecisions, type StandingDecision } from '../data-access/page-decisions.sql.ts';
import { redecidePage } from './redecide-page.ts';
import type { RedecideParts } from './redecide-orders.ts';

const checkQuery = validator('decision-query');
const checkRedecide = validator('redecide-request');

const beforeAll = { decidedAt: '1970-01-01T00:00:00Z', orderId: '00000000-0000-0000-0000-000000000000' };
const defaultLimit = 200;
// Half of what a message may have.
const maxAnswerBytes = 512 * 1024;

/** As many from the start as fit into an answer, at least one. The asker goes on after the last one that it got. */
function fitting(decisions: readonly StandingDecision[]): StandingDecision[] {
  let bytes = 0;
  const end = decisions.findIndex((decision, index) => {
    bytes += Buffer.byteLength(JSON.stringify(decision));
    return index > 0 && bytes > maxAnswerBytes;
  });
  return decisions.slice(0, end < 0 ? decisions.length : end);
}

/** A request that breaks its schema gets its errors back as the answer. */
function checked<T>(validate: Validator<T>, answer: (request: T) => Promise<object>): (request: unknown) => Promise<object> {
  return async (request) => {
    const valid = validate(request);
    return valid.ok ? answer(valid.value) : { error: valid.errors.join('; ') };
  };
}

/** What the gateway asks: the standing decisions for its read model, and to decide the orders of sites again for Synchronize. */
export function serveRequests(parts: RedecideParts): { stop(): Promise<void> } {
  const servers = [
    serveRpc(parts.bus, subjects.rpcEligibilityDecisions, checked(checkQuery, async ({ after = beforeAll, limit = defaultLimit }) => ({
      decisions: fitting(await pageDecisions(parts.pool, after, limit)),
    }))),
    serveRpc(parts.bus, subjects.rpcEligibilityRedecide, checked(checkRedecide, (request) => redecidePage(parts, request))),
  ];
  return { stop: async () => { await Promise.all(servers.map((server) => server.stop())); } };
}
