import type { Response } from 'express';
import type { Outcome } from './carry-out.ts';
import { problemDocument, problemKinds, type Trouble } from './problem.ts';
import { factsOf } from './request-facts.ts';
import type { Reply } from './route.ts';

const json = 'application/json; charset=utf-8';

export function sendTrouble(response: Response, trouble: Trouble): void {
  const { status } = problemKinds[trouble.code];
  // The rest of the body is not read, so the connection cannot be used again.
  if (status === 413) response.setHeader('connection', 'close');
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  for (const [name, value] of Object.entries(trouble.headers ?? {})) response.setHeader(name, value);
  response.status(status).setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.end(JSON.stringify(problemDocument(trouble, factsOf(response.req).traceId)));
  // A body that was begun and not read to its end would keep the connection from ever giving out its next request.
  if (!response.req.readableEnded) response.req.resume();
}

async function sendReply(response: Response, { status, body, contentType, version, headers = {}, stream }: Reply): Promise<void> {
  response.status(status);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (version !== undefined) response.setHeader('etag', `"${version}"`);
  if (stream !== undefined) return stream(response);
  if (body === undefined) return void response.end();
  response.setHeader('content-type', contentType ?? json);
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export async function sendOutcome(response: Response, outcome: Outcome): Promise<void> {
  switch (outcome.kind) {
    case 'trouble':
      return sendTrouble(response, outcome.trouble);
    case 'reply':
      return sendReply(response, outcome.reply);
    case 'stored':
      response.status(outcome.reply.status);
      for (const [name, value] of Object.entries(outcome.reply.headers)) response.setHeader(name, value);
      response.setHeader('idempotency-replayed', 'true');
      if (outcome.reply.body !== null) response.setHeader('content-type', json);
      response.end(outcome.reply.body ?? undefined);
  }
}
