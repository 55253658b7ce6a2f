import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { HttpAnswer, HttpFailure, HttpRequest } from './http-client.ts';
import { failureOf, type Trouble } from './http-failure.ts';
import { toAnswer } from './read-answer.ts';

export interface SendOptions {
  dispatcher: Dispatcher;
  url: URL;
  timeoutMs: number;
  maxAnswerBytes: number;
  signal: AbortSignal | undefined;
}

/**
 * One call. Built on dispatch(), which undici's request() is built on too, because only a handler is told the moment at which a
 * connection takes the request: before it, nothing was sent, also when we give up. No stream is made for the answer.
 *
 *   queued ──connection takes it──▶ started ──headers──▶ answering ──last byte──▶ settled(answer)
 *   queued ──no connection, limit──▶ settled(not-sent)      started, answering ──error, limit──▶ settled(maybe-sent)
 *
 * A call settled while queued stays in undici's queue and is refused when a connection takes it.
 */
interface OpenCall {
  isSettled(): boolean;
  start(controller: Dispatcher.DispatchController): void;
  answer(status: number, headers: IncomingHttpHeaders, chunks: readonly Buffer[]): void;
  giveUp(trouble: Trouble): void;
}

function openCall({ url, timeoutMs, signal }: SendOptions, resolve: (result: HttpAnswer | HttpFailure) => void): OpenCall {
  let started = false;
  let settled = false;
  let controller: Dispatcher.DispatchController | undefined;

  function settle(result: HttpAnswer | HttpFailure): void {
    settled = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', cutOff);
    resolve(result);
  }
  function giveUp(trouble: Trouble): void {
    if (settled) return;
    settle(failureOf(trouble, started, url.host));
    controller?.abort(new Error('given up'));
  }
  function cutOff(): void {
    giveUp({ kind: 'cut-off' });
  }

  const timer = setTimeout(() => giveUp({ kind: 'timed-out', timeoutMs }), timeoutMs);
  if (signal?.aborted === true) cutOff();
  else signal?.addEventListener('abort', cutOff, { once: true });

  return {
    isSettled: () => settled,
    start(current) {
      // Taken a second time means that undici would repeat it, which is never ours to allow.
      if (settled || started) current.abort(new Error('not wanted any more'));
      started = true;
      controller = current;
    },
    answer(status, headers, chunks) {
      if (!settled) settle(toAnswer(status, headers, chunks));
    },
    giveUp,
  };
}

function handlerOf(call: OpenCall, maxBytes: number): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let size = 0;
  let status = 0;
  let headers: IncomingHttpHeaders = {};
  return {
    onRequestStart: (controller) => call.start(controller),
    onResponseStart(_controller, statusCode, received) {
      // 1xx only announces the answer.
      if (statusCode < 200) return;
      status = statusCode;
      headers = received;
    },
    onResponseData(_controller, chunk) {
      size += chunk.byteLength;
      if (size <= maxBytes) chunks.push(chunk);
      else call.giveUp({ kind: 'too-large', maxBytes });
    },
    onResponseEnd: () => call.answer(status, headers, chunks),
    onResponseError: (_controller, error) => call.giveUp({ kind: 'error', error }),
  };
}

// Asking for no compression: an answer is capped by its bytes, and what is small on the wire may not be small unpacked.
const defaultHeaders = { 'accept-encoding': 'identity' };

export function sendRequest(request: HttpRequest, options: SendOptions): Promise<HttpAnswer | HttpFailure> {
  const { dispatcher, url, maxAnswerBytes } = options;
  return new Promise((resolve) => {
    const call = openCall(options, resolve);
    if (call.isSettled()) return;
    const headers = { ...defaultHeaders, ...request.headers };
    const body = request.body ?? null;
    dispatcher.dispatch({ origin: url.origin, path: url.pathname + url.search, method: request.method, headers, body }, handlerOf(call, maxAnswerBytes));
  });
}
