import { systemClock, type Clock } from '@pes/kernel';
import type { HttpAnswer, HttpClient, HttpFailure, HttpRequest } from './http-client.ts';
import type { OutboundAgent } from './outbound-agent.ts';
import { sendRequest } from './send-request.ts';

/** One finished call as it was, nothing masked yet. */
export interface Call {
  atMs: number;
  durationMs: number;
  request: HttpRequest;
  result: HttpAnswer | HttpFailure;
}

export interface HttpClientOptions {
  agent: OutboundAgent;
  /** For the whole call, connect to last byte; a request may bring its own. */
  timeoutMs: number;
  maxAnswerBytes?: number;
  /** Ends a call that is under way and refuses later ones. */
  signal?: AbortSignal;
  record?: (call: Call) => void;
  clock?: Clock;
}

const defaultMaxAnswerBytes = 10 * 1024 * 1024;

function refused(message: string): HttpFailure {
  return { kind: 'not-sent', code: 'egress_refused', message };
}

/**
 * An HTTP client for one order or one check. Network trouble is a value (see HttpFailure) and never thrown. A redirect is an answer like
 * any other: following it would take the credentials to an address that nobody checked. Nothing is ever sent twice.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { agent, timeoutMs, maxAnswerBytes = defaultMaxAnswerBytes, signal, record, clock = systemClock } = options;

  function call(request: HttpRequest): Promise<HttpAnswer | HttpFailure> | HttpFailure {
    const url = URL.parse(request.url);
    if (url === null) return refused(`"${request.url.slice(0, 100)}" is not a URL; check the address in the account`);
    if (url.username !== '' || url.password !== '') return refused(`the address of ${url.host} holds a user name or password; put them into the credentials`);
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    const target = agent.guard.checkTarget({ protocol: url.protocol, hostname: url.hostname, port });
    if (!target.ok) return refused(target.error);
    return sendRequest(request, { dispatcher: agent.dispatcher, url, timeoutMs: request.timeoutMs ?? timeoutMs, maxAnswerBytes, signal });
  }

  return {
    async request(request) {
      const atMs = clock.now();
      const result = await call(request);
      record?.({ atMs, durationMs: Math.max(0, clock.now() - atMs), request, result });
      return result;
    },
  };
}
