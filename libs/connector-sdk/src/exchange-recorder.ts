import type { Exchange } from '@pes/contracts';
import { isoTime } from '@pes/kernel';
import type { Call } from './create-http-client.ts';
import { redactUrl, type Redact } from './redact.ts';

/** Remembers the calls of one order for its attempt log. */
export interface ExchangeRecorder {
  record(call: Call): void;
  /** As the contract wants them. The work is done here, after the order is through, not while it waits. */
  exchanges(): Exchange[];
}

const maxExchanges = 20;
const keptFromStart = 10;
const maxBody = 20_000;
const maxUrl = 2_000;
const maxFailure = 500;

function toExchange({ atMs, durationMs, request, result }: Call, redact: Redact): Exchange {
  const answered = result.kind === 'answer';
  return {
    at: isoTime(atMs),
    durationMs: Math.round(durationMs),
    method: request.method,
    url: redactUrl(redact, request.url, maxUrl),
    requestBody: request.body === undefined ? null : redact(request.body, maxBody),
    status: answered ? result.status : null,
    responseBody: answered ? redact(result.body, maxBody) : null,
    failure: answered ? null : redact(`${result.kind} ${result.code}: ${result.message}`, maxFailure),
  };
}

/** Beyond 20 calls the first and the last ones stay: how it began and how it ended. */
export function createExchangeRecorder(redact: Redact): ExchangeRecorder {
  const calls: Call[] = [];
  return {
    record(call) {
      if (calls.length === maxExchanges) calls.splice(keptFromStart, 1);
      calls.push(call);
    },
    exchanges: () => calls.map((call) => toExchange(call, redact)),
  };
}
