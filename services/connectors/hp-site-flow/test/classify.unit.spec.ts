import { describe, expect, it } from '@jest/globals';
import type { HttpAnswer, HttpFailure, PushOutcome } from '@pes/connector-sdk';
import { failureCodes } from '@pes/contracts';
import { lookupTrouble, outcomeOf, type Step } from '../src/classify.ts';
import { readAnswer, type Reading } from '../src/read-answer.ts';

const steps: Step[] = ['lookup', 'validate', 'submit'];
const nowMs = Date.parse('2026-02-03T10:00:00Z');

function read(answer: HttpAnswer | HttpFailure): Reading {
  return readAnswer(answer, { nowMs, secrets: ['tok-55512', 'sec-aabbcc'] });
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { kind: 'answer', status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

const failed = (kind: HttpFailure['kind'], code: HttpFailure['code']): HttpFailure => ({ kind, code, message: 'the network says no' });
const apiError = (message: string, code: number) => ({ success: false, error: { message, name: 'Some', code } });
const page = '<html><body>down</body></html>';

/** [what came back, outcome at lookup, at validate, at submit] */
const table: Array<[string, HttpAnswer | HttpFailure, string, string, string]> = [
  ['nothing, never connected', failed('not-sent', 'unreachable'), 'retry unreachable', 'retry unreachable', 'retry unreachable'],
  ['nothing, address refused', failed('not-sent', 'egress_refused'), 'rejected egress_refused', 'rejected egress_refused', 'rejected egress_refused'],
  ['nothing in time', failed('maybe-sent', 'timeout'), 'retry timeout', 'retry timeout', 'unknown timeout'],
  ['a broken connection', failed('maybe-sent', 'connection_lost'), 'retry connection_lost', 'retry connection_lost', 'unknown connection_lost'],
  ['too much', failed('maybe-sent', 'answer_too_large'), 'retry answer_too_large', 'retry answer_too_large', 'unknown answer_too_large'],
  ['401', answer(401, apiError('Signature does not match', 401)), 'blocked auth', 'blocked auth', 'blocked auth'],
  ['403', answer(403, apiError('No permission', 403)), 'blocked auth', 'blocked auth', 'blocked auth'],
  ['403 as a page', answer(403, page), 'blocked auth', 'blocked auth', 'blocked auth'],
  ['400 Token Not Found', answer(400, { message: 'Token Not Found' }), 'blocked auth', 'blocked auth', 'blocked auth'],
  ['200 Token Not Found', answer(200, { message: 'Token Not Found' }), 'blocked auth', 'blocked auth', 'blocked auth'],
  ['400 Not Authorized', answer(400, { message: 'Not Authorized' }), 'blocked auth', 'blocked auth', 'blocked auth'],
  ['400 Not Authorized as plain text', answer(400, 'Not Authorized'), 'blocked auth', 'blocked auth', 'blocked auth'],
  ['403 Missing Authentication Token', answer(403, { message: 'Missing Authentication Token' }), 'blocked auth', 'blocked auth', 'blocked auth'],
  ['429', answer(429, { message: 'Too Many Requests' }), 'retry rate_limited', 'retry rate_limited', 'retry rate_limited'],
  ['429 as a page', answer(429, page), 'retry rate_limited', 'retry rate_limited', 'retry rate_limited'],
  ['500', answer(500, apiError('Oops', 500)), 'retry provider_error', 'retry provider_error', 'unknown provider_error'],
  ['503 without a body', answer(503, ''), 'retry provider_error', 'retry provider_error', 'unknown provider_error'],
  ['500 inside of 200', answer(200, apiError('Oops', 500)), 'retry provider_error', 'retry provider_error', 'unknown provider_error'],
  ['408', answer(408, ''), 'retry provider_error', 'retry provider_error', 'unknown provider_error'],
  ['502 as a page', answer(502, page), 'retry answer_unreadable', 'retry answer_unreadable', 'unknown answer_unreadable'],
  ['200 as a page', answer(200, page), 'retry answer_unreadable', 'retry answer_unreadable', 'unknown answer_unreadable'],
  ['200 as text/html that is empty', answer(200, '', { 'content-type': 'text/html' }), 'retry answer_unreadable', 'retry answer_unreadable', 'unknown answer_unreadable'],
  ['half a JSON text', answer(200, '{"_id":"5f'), 'retry answer_unreadable', 'retry answer_unreadable', 'unknown answer_unreadable'],
  ['204', answer(204, ''), 'retry answer_unreadable', 'retry answer_unreadable', 'unknown answer_unreadable'],
  ['302', answer(302, ''), 'retry answer_unreadable', 'retry answer_unreadable', 'unknown answer_unreadable'],
  ['404 as a page', answer(404, page), 'retry answer_unreadable', 'retry answer_unreadable', 'unknown answer_unreadable'],
  ['404 of a gateway', answer(404, { message: 'Not Found' }), 'retry answer_unreadable', 'retry answer_unreadable', 'unknown answer_unreadable'],
  ['404 of the API', answer(404, apiError('No thing with that ID', 404)), 'retry provider_error', 'rejected validation', 'rejected validation'],
  ['400 with validations', answer(400, { error: { code: 208, message: 'Validation Failed', validations: [{ path: 'orderData.items.0.sku', message: 'bad' }] } }),
    'retry provider_error', 'rejected validation', 'rejected validation'],
  ['400 without validations', answer(400, apiError('Strange', 400)), 'retry provider_error', 'rejected validation', 'rejected validation'],
  ['400 as plain text', answer(400, 'Bad'), 'retry provider_error', 'rejected validation', 'rejected validation'],
  ['409', answer(409, apiError('Conflict', 409)), 'retry provider_error', 'rejected validation', 'rejected validation'],
  ['413', answer(413, ''), 'retry provider_error', 'rejected validation', 'rejected validation'],
  ['validation inside of 200', answer(200, { success: false, error: { code: 208, message: 'Validation Failed' } }), 'retry provider_error', 'rejected validation', 'rejected validation'],
];

const brief = (outcome: PushOutcome): string => `${outcome.kind} ${'code' in outcome ? outcome.code : ''}`;

describe('what follows from an answer', () => {
  it.each(table)('%s', (_name, came, ...expected) => {
    const reading = read(came);
    if (reading.kind === 'ok') throw new Error('read as a success');
    expect(steps.map((step) => brief(outcomeOf(reading, step)))).toEqual(expected);
  });

  it.each(table)('a lookup outside of push settles nothing but refused credentials: %s', (_name, came, atLookup) => {
    const reading = read(came);
    if (reading.kind === 'ok') throw new Error('read as a success');
    const result = lookupTrouble(reading);
    expect(result.kind).toBe(atLookup.startsWith('blocked') ? 'blocked' : 'unclear');
    expect(failureCodes).toHaveProperty(result.code);
  });

  it('gives every status a reading', () => {
    const codes = new Set<string>();
    const successes = new Set<number>();
    for (let status = 200; status < 600; status += 1) {
      for (const body of ['', 'text', page, '{}', '[]', 'null', '7', '{"error":"x"}', '{"error":{}}', '{"error":[]}', '{"success":false}', '{"error":{"validations":[null,1,{}]}}']) {
        const reading = read(answer(status, body));
        if (reading.kind === 'ok') successes.add(status);
        else for (const step of steps) codes.add((outcomeOf(reading, step) as { code: string }).code);
      }
    }
    expect([...codes].filter((code) => !(code in failureCodes))).toEqual([]);
    expect([...successes].filter((status) => status >= 300)).toEqual([]);
  });

  it.each([
    ['a message', apiError('Source Order ID already exists', 400)],
    ['a validation', { error: { code: 208, message: 'Validation Failed', validations: [{ path: 'orderData.sourceOrderId', message: 'Source Order ID already exists' }] } }],
  ])('knows a taken number from %s', (_name, body) => {
    expect(read(answer(400, body)).kind).toBe('number-taken');
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.0005' }, 1],
    [{ 'retry-after': 'Tue, 03 Feb 2026 10:00:30 GMT' }, 30_000],
    [{}, 60_000],
  ])('waits as long as asked, else a minute: %j', (headers, afterMs) => {
    expect(outcomeOf(read(answer(429, {}, headers)) as Exclude<Reading, { kind: 'ok' }>, 'submit')).toMatchObject({ kind: 'retry', code: 'rate_limited', afterMs });
  });

  it.each([
    ['Token Not Found', 400, 'apiToken'], ['Missing Authentication Token', 403, 'apiBaseUrl'], ['Not Authorized', 400, 'apiSecret'], ['whatever', 401, 'apiSecret'],
  ])('names the field behind "%s"', (message, status, field) => {
    expect(read(answer(status, { message }))).toMatchObject({ kind: 'auth', field });
  });

  it('keeps path and message of every validation, cut to what an outcome may carry', () => {
    const validations = Array.from({ length: 150 }, (_, index) => ({ path: `p${index}`.padEnd(400, 'x'), message: 'm'.repeat(2000) }));
    const reading = read(answer(400, { error: { code: 208, message: 'Validation Failed', validations } }));
    const outcome = outcomeOf(reading as Exclude<Reading, { kind: 'ok' }>, 'submit');
    if (outcome.kind !== 'rejected') throw new Error(outcome.kind);
    expect(outcome.fields).toHaveLength(100);
    expect([outcome.fields?.[0]?.path.length, outcome.fields?.[0]?.message.length]).toEqual([300, 1000]);
  });

  it('masks token and secret where the provider repeats them', () => {
    const body = { error: { code: 208, message: 'bad key tok-55512', validations: [{ path: 'x', message: 'sec-aabbcc is bad' }] } };
    expect(JSON.stringify(read(answer(400, body)))).not.toMatch(/tok-55512|sec-aabbcc/);
    expect(JSON.stringify(read(answer(500, 'tok-55512 sec-aabbcc')))).not.toMatch(/tok-55512|sec-aabbcc/);
  });
});
