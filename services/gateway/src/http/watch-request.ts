import type { RequestHandler } from 'express';
import type { Api } from '../api.ts';
import { factsOf } from './request-facts.ts';

/** One log line and one measurement a request. The path is left out: that of a hook holds its token; the operation says enough. */
export function watchRequest(api: Api): RequestHandler {
  return (request, response, next) => {
    const startedMs = performance.now();
    response.once('close', () => {
      const { traceId, caller, operationId = 'none' } = factsOf(request);
      const tookMs = performance.now() - startedMs;
      // 499: the caller left before the answer was out.
      const status = response.writableFinished ? response.statusCode : 499;
      api.metrics.requests.observe({ operation: operationId, status: String(status) }, tookMs / 1000);
      api.log.info({
        traceId, operation: operationId, method: request.method, status, tookMs: Math.round(tookMs), actor: caller?.subject, subscriberId: caller?.subscriberId ?? undefined,
      }, 'request');
    });
    next();
  };
}
