import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Gateway } from '../gateway.ts';

type Settings = Pick<Gateway['config'], 'CORS_ORIGINS' | 'FRAME_ANCESTORS'>;

const list = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '');

/** Browsers of these origins may call the API; all others get no permission, so their pages cannot read an answer. */
function cors(origins: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    response.vary('origin');
    const allowed = origin !== undefined && origins.has(origin);
    if (allowed) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', 'etag, retry-after, x-trace-id, idempotency-replayed, ratelimit, ratelimit-policy');
    }
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (!isPreflight) return next();
    if (allowed) {
      response.setHeader('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE');
      response.setHeader('access-control-allow-headers', 'authorization, content-type, if-match, idempotency-key, traceparent, last-event-id');
      response.setHeader('access-control-max-age', '600');
    }
    response.status(204).end();
  };
}

/** Nothing of the API is meant to run or to load anything; its pages may be shown only inside the ancestors of the setting. */
export function securityHeaders({ CORS_ORIGINS, FRAME_ANCESTORS }: Settings): RequestHandler[] {
  const ancestors = list(FRAME_ANCESTORS);
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ancestors.length === 0 ? ["'none'"] : ancestors },
      },
      // Says less than frame-ancestors: it cannot name other origins.
      xFrameOptions: ancestors.length === 0 ? { action: 'deny' } : false,
      crossOriginResourcePolicy: { policy: 'same-site' },
      referrerPolicy: { policy: 'no-referrer' },
    }),
    (_request, response, next) => {
      response.setHeader('cache-control', 'no-store');
      next();
    },
    cors(new Set(list(CORS_ORIGINS))),
  ];
}
