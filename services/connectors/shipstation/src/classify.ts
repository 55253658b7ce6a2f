import { blocked, rejected, retry, retryAfterMs, shorten, unknown, type HttpAnswer, type PushOutcome } from '@pes/connector-sdk';
import { isRecord, memberOf, readJson } from './json.ts';
import { resetMs } from './read-rate.ts';

const defaultWaitMs = 60_000;
const longestWaitMs = 3_600_000;

/** Statuses that mean the same whatever the body says; the text is what ShipStation said, or empty. */
const byStatus: Record<number, (said: string) => PushOutcome> = {
  401: (said) => blocked('auth', `ShipStation refused the API key or the API secret (401). Check both fields.${said}`),
  402: (said) => blocked('account_disabled', `ShipStation wants its subscription paid (402).${said}`),
  403: (said) => blocked('account_disabled', `ShipStation does not let this account use its API (403). Check plan and permissions.${said}`),
  404: (said) => retry('provider_error', `Nothing answers at this address (404). Check the base URL.${said}`),
  405: (said) => rejected('provider_error', `This address does not take orders (405). Check the base URL.${said}`),
  408: (said) => unknown('timeout', `ShipStation gave up waiting for the request (408).${said}`),
  409: (said) => unknown('provider_error', `ShipStation reports a conflict (409).${said}`),
};

/**
 * The outcome of every answer that is not a readable success (V1 docs, errors and rate limits). ASP.NET reports an exception of its own
 * business rules as 500, so a 500 whose ExceptionMessage names a rule is final; any other 5xx may have stored the order. "Too Many
 * Requests" counts whatever the status: some answers to it came without the 429 and without headers.
 */
export function classifyAnswer(answer: HttpAnswer, nowMs: number): PushOutcome {
  const { status, body } = answer;
  const reason = reasonOf(body);
  if (status === 429 || /too many requests/i.test(reason)) return retry('rate_limited', 'ShipStation asks to slow down.', waitMs(answer, nowMs));
  const said = reason === '' ? '' : ` It said: ${reason}`;
  const known = byStatus[status];
  if (known !== undefined) return known(said);
  if (status >= 400 && status < 500) return rejected('validation', reason === '' ? `ShipStation refused the order (${status}).` : reason, complaintsOf(body));
  if (status === 500 && namesRule(body)) return rejected('validation', reason);
  if (status >= 500) return unknown('provider_error', `ShipStation failed (${status}).${said}`);
  return unknown('answer_unreadable', `ShipStation answered ${status} with something that is not its API. Check the base URL.${said}`);
}

function waitMs(answer: HttpAnswer, nowMs: number): number {
  return Math.min(Math.ceil(resetMs(answer) ?? retryAfterMs(answer, nowMs) ?? defaultWaitMs), longestWaitMs);
}

/** ExceptionMessage, else message with the model state, else the start of the body. Never a stack trace. */
function reasonOf(body: string): string {
  const value = readJson(body);
  if (isRecord(value)) {
    const state = complaintsOf(body).map(({ path, message }) => `${path}: ${message}`).join('; ');
    const named = memberOf(value, 'exceptionmessage') ?? [memberOf(value, 'message') ?? '', state].join(' ');
    if (named.trim() !== '') return tidy(named);
  }
  return tidy(body.split(/"?stack ?trace/i, 1)[0] ?? '').slice(0, 200);
}

/** One line, without the frames that .NET writes after the text of an exception. */
function tidy(text: string): string {
  return (text.split(/\s+at [\w.]+\.[\w.<>`]+(\(|$)/, 1)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
}

/** Texts that name a fault of the machinery. All else in an ExceptionMessage speaks of the order. */
const technicalText = /time[d ]?-?out|deadlock|object reference|\bconnect|network|transaction|unexpected|internal|an error (has )?occurred|thread|task was cancel|try again|exception of type|memory|database|\bsql|\bserver|unavailable|sequence contains/i;
const businessType = /^$|^System\.(Exception|ArgumentException|ApplicationException|FormatException)$|Validation|Business/;

function namesRule(body: string): boolean {
  const value = readJson(body);
  if (!isRecord(value)) return false;
  const text = memberOf(value, 'exceptionmessage');
  return text !== undefined && !technicalText.test(text) && businessType.test(memberOf(value, 'exceptiontype') ?? '');
}

/** ASP.NET's ModelState: complaints for each member of the body, named "apiOrder.orderDate". */
function complaintsOf(body: string): Array<{ path: string; message: string }> {
  const value = readJson(body);
  if (!isRecord(value)) return [];
  const state = Object.entries(value).find(([name]) => name.toLowerCase() === 'modelstate')?.[1];
  if (!isRecord(state)) return [];
  return Object.entries(state).flatMap(([path, complaints]) =>
    (Array.isArray(complaints) ? complaints : [complaints])
      .filter((text): text is string => typeof text === 'string')
      .map((text) => ({ path: shorten(path, 300), message: shorten(tidy(text), 1000) })));
}
