import type { HttpFailure } from './http-client.ts';
import { ConnectFailure } from './guarded-connect.ts';

/** Why a call ended without an answer. `error` comes from undici or node; the others are our own limits. */
export type Trouble =
  | { kind: 'error'; error: unknown }
  | { kind: 'timed-out'; timeoutMs: number }
  | { kind: 'cut-off' }
  | { kind: 'too-large'; maxBytes: number };

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0 && !('code' in error)) return codeOf(error.errors[0]);
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no code';
}

const connectSentences: Record<string, string> = {
  ENOTFOUND: 'is not a name that can be resolved',
  EAI_AGAIN: 'cannot be resolved at the moment',
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection before it was ready',
  EHOSTUNREACH: 'is not reachable from this network',
  ENETUNREACH: 'is not reachable from this network',
  ETIMEDOUT: 'does not accept the connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'does not accept the connection in time',
  CERT_HAS_EXPIRED: 'shows a certificate that has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'shows a certificate that it signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'shows a certificate of an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'shows a certificate of an authority that is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'shows a certificate for another name',
};

function neverConnected(error: ConnectFailure, host: string): HttpFailure {
  if (error.refused) return { kind: 'not-sent', code: 'egress_refused', message: error.message };
  const code = codeOf(error.cause);
  const sentence = connectSentences[code] ?? `cannot be connected to: ${error.message}`;
  return { kind: 'not-sent', code: 'unreachable', message: `${host} ${sentence} (${code})` };
}

function beforeSending(trouble: Trouble, host: string): HttpFailure {
  if (trouble.kind === 'error' && trouble.error instanceof ConnectFailure) return neverConnected(trouble.error, host);
  if (trouble.kind === 'timed-out') {
    return { kind: 'not-sent', code: 'unreachable', message: `no connection to ${host} was free within ${trouble.timeoutMs} ms; nothing was sent` };
  }
  if (trouble.kind === 'cut-off') {
    return { kind: 'not-sent', code: 'unreachable', message: `the time for this order was over before a connection to ${host} was free; nothing was sent` };
  }
  const code = trouble.kind === 'error' ? codeOf(trouble.error) : 'no code';
  // undici refuses what cannot be written as HTTP, such as a line break in a key. A retry would not help, so it is no network trouble.
  if (code === 'UND_ERR_INVALID_ARG') {
    const reason = trouble.kind === 'error' && trouble.error instanceof Error ? trouble.error.message : code;
    return { kind: 'not-sent', code: 'egress_refused', message: `the request to ${host} cannot be written as HTTP (${reason}); check the credentials and settings of the account` };
  }
  return { kind: 'not-sent', code: 'unreachable', message: `the call to ${host} was not started (${code})` };
}

function afterSending(trouble: Trouble, host: string): HttpFailure {
  if (trouble.kind === 'timed-out') {
    return { kind: 'maybe-sent', code: 'timeout', message: `${host} did not answer within ${trouble.timeoutMs} ms; it may have acted on the request` };
  }
  if (trouble.kind === 'cut-off') {
    return { kind: 'maybe-sent', code: 'timeout', message: `${host} did not answer before the time for this order was over; it may have acted on the request` };
  }
  if (trouble.kind === 'too-large') {
    return { kind: 'maybe-sent', code: 'answer_too_large', message: `the answer of ${host} is larger than ${trouble.maxBytes} bytes` };
  }
  const code = codeOf(trouble.error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return { kind: 'maybe-sent', code: 'answer_too_large', message: `the headers of ${host}'s answer are too large` };
  if (code.startsWith('HPE_')) return { kind: 'maybe-sent', code: 'connection_lost', message: `${host} answered with something that is not HTTP (${code})` };
  return { kind: 'maybe-sent', code: 'connection_lost', message: `the connection to ${host} broke before the answer was complete (${code}); it may have acted on the request` };
}

/**
 * The one place that decides between "certainly not sent" and "maybe sent". `started` is true from the moment that undici takes a
 * connection and is about to write to it: nothing can have left before, anything may have left after. The codes of undici and node only
 * choose the words, since one code (ECONNRESET) can mean either.
 */
export function failureOf(trouble: Trouble, started: boolean, host: string): HttpFailure {
  return started ? afterSending(trouble, host) : beforeSending(trouble, host);
}
