import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Gateway } from '../gateway.ts';
import { factsOf } from './request-facts.ts';
import { sendTrouble } from './send-reply.ts';

/** By token, and by address for those who have none. Each replica counts for itself. */
export function createRateLimit({ config }: Pick<Gateway, 'config'>): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: config.RATE_LIMIT_PER_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'per-token',
    keyGenerator: (request) => {
      const { caller } = factsOf(request);
      return caller === null ? `address ${ipKeyGenerator(request.ip ?? '')}` : `token ${caller.subscriberId ?? 'platform'} ${caller.subject}`;
    },
    handler: (_request, response) => sendTrouble(response, { code: 'rate_limited', detail: 'too many requests: wait as long as retry-after says' }),
  });
}
