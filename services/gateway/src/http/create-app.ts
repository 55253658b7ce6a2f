import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Api } from '../api.ts';
import type { Authenticate } from './authenticate.ts';
import { carryOut } from './carry-out.ts';
import { createInputCheck } from './check-input.ts';
import { createRateLimit } from './rate-limit.ts';
import { factsOf } from './request-facts.ts';
import type { Route } from './route.ts';
import { securityHeaders } from './security-headers.ts';
import { sendOutcome, sendTrouble } from './send-reply.ts';
import { watchRequest } from './watch-request.ts';

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function identify(authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    const facts = factsOf(request);
    response.setHeader('x-trace-id', facts.traceId);
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const caller = await authenticate(authorization);
      if (caller.ok) facts.caller = caller.value;
      else facts.tokenProblem = caller.error;
    }
    next();
  };
}

function serveRoute(api: Api, route: Route): RequestHandler {
  const checkInput = createInputCheck(route);
  return async (request, response) => {
    const facts = factsOf(request);
    facts.operationId = route.operationId;
    if (route.tenancy !== 'everybody' && facts.tokenProblem !== undefined) return sendTrouble(response, { code: 'unauthenticated', detail: facts.tokenProblem });
    await sendOutcome(response, await carryOut({ api, route, request, response, ...facts }, checkInput));
  };
}

function refuseOtherMethods(allowed: readonly string[]): RequestHandler {
  const allow = allowed.join(', ');
  return (request, response) => sendTrouble(response, { code: 'method_not_allowed', detail: `${request.method} is not served here; ${allow} is`, headers: { allow } });
}

/** Without it Express answers a body of its own, with a stack outside of production. */
function createErrorHandler(api: Api): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { traceId, operationId } = factsOf(request);
    const { status, code } = (error ?? {}) as { status?: unknown; code?: unknown };
    // The caller left while it was sending.
    if (code === 'ECONNRESET' || response.destroyed) return void response.destroy();
    if (response.headersSent) {
      api.log.error({ err: error, traceId, operation: operationId }, 'a request failed after its answer had begun');
      return void response.destroy();
    }
    if (status === 400) return sendTrouble(response, { code: 'bad_request', detail: 'the path is not valid percent-encoding' });
    api.log.error({ err: error, traceId, operation: operationId }, 'a request failed');
    sendTrouble(response, { code: 'internal', detail: 'the gateway failed; its log says why under this traceId' });
  };
}

/** The HTTP API as an Express application: what is served follows from the routes alone. */
export function createApp(api: Api, routes: readonly Route[], authenticate: Authenticate): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', api.config.TRUSTED_PROXIES);
  app.set('query parser', false);
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.use(watchRequest(api), ...securityHeaders(api.config), identify(authenticate), createRateLimit(api));

  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const path = expressPath(route.path);
    app[route.method](path, serveRoute(api, route));
    methods.set(path, [...(methods.get(path) ?? []), ...(route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()])]);
  }
  for (const [path, allowed] of methods) app.all(path, refuseOtherMethods(allowed));
  app.use((_request, response) => sendTrouble(response, { code: 'not_found', detail: 'no operation has this path; /api/v1/docs lists all of them' }));
  app.use(createErrorHandler(api));
  return app;
}
