import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answers, type Answer } from './answer.ts';
import type { Fault } from './faults.ts';

const maxBodyBytes = 5 * 1024 * 1024;

/** The whole body, or undefined when it is too large or the client went away. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > maxBodyBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

const page = (title: string): string => `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
const failed = (status: number, httpStatus = status): Answer => ({ status: httpStatus, body: { success: false, error: { message: 'Something went wrong', name: 'InternalServerError', code: status } } });

const fixedAnswers: Partial<Record<Fault['kind'], Answer>> = {
  '500': failed(500),
  '503': answers.gatewayMessage(503, 'Service Unavailable'),
  'error-in-200': failed(500, 200),
  'empty-200': answers.ok({}),
  'html-200': { status: 200, body: page('Maintenance') },
  'html-502': { status: 502, body: page('Bad Gateway') },
  'html-404': { status: 404, body: page('Not Found') },
  'token-not-found': answers.gatewayMessage(400, 'Token Not Found'),
  'not-authorized': answers.gatewayMessage(400, 'Not Authorized'),
  'missing-authentication-token': answers.gatewayMessage(403, 'Missing Authentication Token'),
};

/** undefined for faults that are no answer, such as hang. */
function faultAnswer({ kind, retryAfterSeconds }: Fault, request: IncomingMessage): Answer | undefined {
  if (kind === '429') return { ...answers.gatewayMessage(429, 'Too Many Requests'), headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) } };
  if (kind === 'echo-headers') return answers.failure(400, 'BadRequest', `Refused with ${JSON.stringify(request.headers)}`);
  return fixedAnswers[kind];
}

/** Sends the head and half of the body, then breaks the connection. */
function sendHalf(response: ServerResponse, answer: Answer): void {
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
}

const alwaysProcessed = new Set<Fault['kind']>(['reset-after-accept', 'half-answer', 'late-rejection', 'delay']);

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  process(): Answer;
}

function show(fault: Fault, { request, response }: Exchange, processed: Answer | undefined): void {
  switch (fault.kind) {
    case 'reset-before':
    case 'reset-after-accept':
      response.destroy();
      return;
    case 'half-answer':
      if (processed !== undefined) sendHalf(response, processed);
      return;
    default: {
      const bent = faultAnswer(fault, request) ?? (alwaysProcessed.has(fault.kind) ? processed : undefined);
      if (bent !== undefined) send(response, bent);
    }
  }
}

/** Answers with `process`, bent by the fault. A fault that shows before processing leaves no trace in the store. */
export async function answerWith(fault: Fault | undefined, exchange: Exchange): Promise<void> {
  if (fault === undefined) return send(exchange.response, exchange.process());
  const { kind, afterAccept = false, delayMs = 1000 } = fault;
  const delaysMs = kind === 'delay' ? delayMs : 0;
  if (!afterAccept) await wait(delaysMs);
  const processed = afterAccept || alwaysProcessed.has(kind) ? exchange.process() : undefined;
  if (afterAccept) await wait(delaysMs);
  show(fault, exchange, processed);
}
