import { blocked, outcomeOfFailure, type CallContext, type PushOutcome } from '@pes/connector-sdk';
import { fail, ok, type Result } from '@pes/kernel';
import { classifyAnswer } from './classify.ts';
import { readJson } from './json.ts';
import { defaultBaseUrl, textOf } from './settings.ts';

export interface Call<T> {
  method: 'GET' | 'POST';
  /** With its query. */
  path: string;
  body?: unknown;
  /** Reads the answer; undefined means that it is not what the call promises. */
  read: (value: unknown) => T | undefined;
}

export type FailedOutcome = Exclude<PushOutcome, { kind: 'accepted' | 'duplicate' }>;

export interface CallFailure {
  outcome: FailedOutcome;
  /** null: no answer. */
  status: number | null;
}

/** The makers of outcomes have the type of all outcomes; here it is known that the call failed. */
export function failure(outcome: PushOutcome, status: number | null): CallFailure {
  return { outcome: outcome as FailedOutcome, status };
}

/** HTTP Basic of key and secret (V1 docs, authentication). */
export function authorization(apiKey: string, apiSecret: string): string {
  return `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
}

/** One call of the V1 API. Every answer and every missing answer becomes a value. */
export async function callShipStation<T>(context: CallContext, call: Call<T>): Promise<Result<T, CallFailure>> {
  const { credentials, settings, http, clock } = context;
  const apiKey = textOf(credentials['apiKey']);
  const apiSecret = textOf(credentials['apiSecret']);
  if (apiKey === undefined) return fail(failure(blocked('auth', 'The API key is missing. Enter it on the account.'), null));
  if (apiSecret === undefined) return fail(failure(blocked('auth', 'The API secret is missing. Enter it on the account.'), null));
  const partnerKey = textOf(credentials['partnerKey']);
  const basic = authorization(apiKey, apiSecret);
  const base = (textOf(settings['baseUrl']) ?? defaultBaseUrl).replace(/\/+$/, '');

  const answer = await http.request({
    method: call.method,
    url: `${base}${call.path}`,
    headers: {
      authorization: basic,
      accept: 'application/json',
      ...(call.body !== undefined && { 'content-type': 'application/json' }),
      ...(partnerKey !== undefined && { 'x-partner': partnerKey }),
    },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
  });
  if (answer.kind !== 'answer') return fail(failure(outcomeOfFailure(answer), null));
  if (answer.status >= 200 && answer.status < 300) {
    const value = call.read(readJson(answer.body));
    if (value !== undefined) return ok(value);
  }
  return fail(failure(classifyAnswer({ ...answer, body: masked(answer.body, [apiSecret, basic.slice('Basic '.length), apiKey, partnerKey]) }, clock.now()), answer.status));
}

/** An error page may repeat the request, and what it says is shown to people. Shorter texts are no keys and occur in every answer. */
function masked(body: string, secrets: ReadonlyArray<string | undefined>): string {
  return secrets.reduce<string>((text, secret) => (secret === undefined || secret.length < 6 ? text : text.replaceAll(secret, '***')), body);
}
