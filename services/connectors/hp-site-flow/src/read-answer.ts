import { retryAfterMs, shorten, type HttpAnswer, type HttpFailure } from '@pes/connector-sdk';

export type Json = Record<string, unknown>;
export interface FieldProblem { path: string; message: string }
/** The setting that an authentication error points to. */
type AuthField = 'apiToken' | 'apiSecret' | 'apiBaseUrl';
type Mask = (text: string) => string;

/** What an answer says, whichever call it belongs to. Total: every answer and every failure has a reading. */
export type Reading =
  | { kind: 'ok'; body: unknown }
  | { kind: 'absent'; message: string }
  | { kind: 'number-taken'; message: string }
  | { kind: 'auth'; message: string; field: AuthField }
  | { kind: 'invalid'; message: string; fields: FieldProblem[] }
  | { kind: 'rate-limited'; afterMs: number }
  | { kind: 'provider-error'; message: string }
  | { kind: 'unreadable'; message: string }
  | { kind: 'no-answer'; failure: HttpFailure };

export interface ReadingContext {
  nowMs: number;
  /** Masked wherever the provider repeats them. */
  secrets: readonly string[];
}

// The limit counts per minute (Site Flow support, API rate limit).
const rateWindowMs = 60_000;
const numberTaken = /source order id\b.*\balready exists/i;
const authTexts: ReadonlyArray<[RegExp, AuthField]> = [
  [/^token not found/i, 'apiToken'],
  // The gateway of the submit host says this when the path does not exist there.
  [/^missing authentication token/i, 'apiBaseUrl'],
  [/^not authori[sz]ed/i, 'apiSecret'],
];

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function fieldsOf(error: unknown, mask: Mask): FieldProblem[] {
  const validations: unknown[] = isJson(error) && Array.isArray(error.validations) ? error.validations : [];
  return validations.filter(isJson).map(({ path, message }) => ({
    path: shorten(typeof path === 'string' ? path : '', 300), message: shorten(mask(typeof message === 'string' ? message : 'not valid'), 1000),
  }));
}

function sentenceOf(body: Json): string {
  const error = isJson(body.error) ? body.error.message : body.error;
  return [error, body.message].find((text): text is string => typeof text === 'string' && text !== '') ?? '';
}

function authFieldOf(text: string): AuthField | undefined {
  return authTexts.find(([pattern]) => pattern.test(text.trim()))?.[1];
}

/** Errors also come with status 200; then the code in the body counts. 208 is a code of Site Flow's own for failed validation. */
function effectiveStatus(status: number, body: Json | undefined): number {
  if (status < 200 || status >= 300 || body === undefined) return status;
  const error = isJson(body.error) ? body.error : {};
  const failed = body.success === false || Object.keys(error).length > 0 || (typeof body.error === 'string' && body.error !== '');
  if (!failed && authFieldOf(sentenceOf(body)) === undefined) return status;
  return [error.code, error.statusCode].map(Number).find((code) => code >= 400 && code < 600) ?? 400;
}

interface Content {
  /** undefined: not JSON. */
  parsed: { value: unknown } | undefined;
  body: Json | undefined;
  isPage: boolean;
  /** What the answer says in words; never empty. */
  sentence: string;
}

function contentOf(answer: HttpAnswer, mask: Mask): Content {
  const parsed = parse(answer.body);
  const body = isJson(parsed?.value) ? parsed.value : undefined;
  const isPage = parsed === undefined && (/^\s*</.test(answer.body) || (answer.headers['content-type'] ?? '').includes('html'));
  const said = body === undefined ? answer.body.trim() : sentenceOf(body);
  return { parsed, body, isPage, sentence: said === '' || isPage ? `HTTP ${answer.status}` : shorten(mask(said), 500) };
}

function readRefusal(status: number, { body, sentence }: Content, fields: FieldProblem[]): Reading {
  const taken = [sentence, ...fields.map((field) => field.message)].find((text) => numberTaken.test(text));
  if (taken !== undefined) return { kind: 'number-taken', message: taken };
  if (status !== 404) return { kind: 'invalid', message: sentence, fields };
  // Only the API's own "not found" proves absence; a wrong address answers 404 as well.
  return body !== undefined && (isJson(body.error) || body.success === false)
    ? { kind: 'absent', message: sentence }
    : { kind: 'unreadable', message: 'HTTP 404 that does not come from its API; check the addresses of the account' };
}

function readStatus(status: number, content: Content, fields: FieldProblem[]): Reading {
  if (status >= 500 || status === 408) return { kind: 'provider-error', message: `HTTP ${status}: ${content.sentence}` };
  if (status >= 400) return readRefusal(status, content, fields);
  if (status < 200 || status >= 300) return { kind: 'unreadable', message: `HTTP ${status}, which its API never answers` };
  if (content.parsed === undefined) return { kind: 'unreadable', message: `HTTP ${status} with an answer that is not JSON` };
  return { kind: 'ok', body: content.parsed.value };
}

/** Reads an answer of any endpoint (Site Flow docs, errors), with the odd bodies that real servers send. */
export function readAnswer(answer: HttpAnswer | HttpFailure, { nowMs, secrets }: ReadingContext): Reading {
  if (answer.kind !== 'answer') return { kind: 'no-answer', failure: answer };
  const mask: Mask = (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  const content = contentOf(answer, mask);
  const { sentence } = content;
  const status = effectiveStatus(answer.status, content.body);
  const authField = authFieldOf(sentence) ?? ([401, 403].includes(status) ? 'apiSecret' : undefined);

  if (authField !== undefined) return { kind: 'auth', message: sentence, field: authField };
  if (status === 429) return { kind: 'rate-limited', afterMs: Math.ceil(retryAfterMs(answer, nowMs) ?? rateWindowMs) };
  if (content.isPage) return { kind: 'unreadable', message: `HTTP ${answer.status} with a web page instead of JSON` };
  return readStatus(status, content, fieldsOf(content.body?.error, mask));
}
