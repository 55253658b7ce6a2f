import { describe, expect, it } from '@jest/globals';
import type { HttpAnswer, PushOutcome } from '@pes/connector-sdk';
import { classifyAnswer } from '../src/classify.ts';

const nowMs = Date.UTC(2026, 1, 11);

function classify(status: number, body: unknown = '', headers: Record<string, string> = {}): PushOutcome {
  const answer: HttpAnswer = { kind: 'answer', status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
  return classifyAnswer(answer, nowMs);
}

const rule = (text: string, type = 'System.Exception'): unknown =>
  ({ Message: 'An error has occurred.', ExceptionMessage: text, ExceptionType: type, StackTrace: '   at Secret.Internals.Save(ApiOrder order)' });

describe('kind and code of an answer', () => {
  it.each<[string, number, unknown, string]>([
    ['success without JSON', 200, '', 'unknown answer_unreadable'],
    ['success with a page', 200, '<html><body>Sign in</body></html>', 'unknown answer_unreadable'],
    ['success with JSON of another shape', 201, { ok: true }, 'unknown answer_unreadable'],
    ['success cut in the middle', 200, '{"orderId": 43', 'unknown answer_unreadable'],
    ['no content', 204, '', 'unknown answer_unreadable'],
    ['redirect', 302, '', 'unknown answer_unreadable'],
    ['400 of the newer docs', 400, { message: 'Invalid request parameters' }, 'rejected validation'],
    ['400 without a body', 400, '', 'rejected validation'],
    ['401 with JSON', 401, { message: 'Invalid API credentials' }, 'blocked auth'],
    ['401 in plain text', 401, 'Unauthorized', 'blocked auth'],
    ['401 without a body', 401, '', 'blocked auth'],
    ['402', 402, '', 'blocked account_disabled'],
    ['403', 403, { message: 'no access' }, 'blocked account_disabled'],
    ['404', 404, '', 'retry provider_error'],
    ['405', 405, '', 'rejected provider_error'],
    ['408', 408, '', 'unknown timeout'],
    ['409', 409, '', 'unknown provider_error'],
    ['413', 413, '', 'rejected validation'],
    ['422', 422, { message: 'no' }, 'rejected validation'],
    ['429', 429, { message: 'Too Many Requests' }, 'retry rate_limited'],
    ['429 without a body', 429, '', 'retry rate_limited'],
    ['500 that says too many requests', 500, { message: 'Too Many Requests' }, 'retry rate_limited'],
    ['200 that says too many requests', 200, 'Too many requests', 'retry rate_limited'],
    ['503 that says so in an exception', 503, rule('Too Many Requests for this key'), 'retry rate_limited'],
    ['500 with a rule about a field', 500, rule('OrderDate Is Required'), 'rejected validation'],
    ['500 with a rule about an address', 500, rule('Ship To: City must be provided.'), 'rejected validation'],
    ['500 with a rule and no type', 500, { exceptionMessage: 'Tag 5 does not exist.' }, 'rejected validation'],
    ['500 with a rule of an argument', 500, rule('Quantity must be positive', 'System.ArgumentException'), 'rejected validation'],
    ['500 without a reason', 500, { message: 'An internal error occurred' }, 'unknown provider_error'],
    ['500 without a body', 500, '', 'unknown provider_error'],
    ['500 of a null reference', 500, rule('Object reference not set to an instance of an object.', 'System.NullReferenceException'), 'unknown provider_error'],
    ['500 of a null reference without a telling type', 500, rule('Object reference not set to an instance of an object.'), 'unknown provider_error'],
    ['500 of a database', 500, rule('Timeout expired before the operation completed.', 'System.Data.SqlClient.SqlException'), 'unknown provider_error'],
    ['500 of a deadlock', 500, rule('Transaction was deadlocked on lock resources'), 'unknown provider_error'],
    ['500 with an empty reason', 500, rule(' '), 'unknown provider_error'],
    ['501', 501, '', 'unknown provider_error'],
    ['502 with a page', 502, '<html><h1>Bad Gateway</h1></html>', 'unknown provider_error'],
    ['502 with a rule', 502, rule('OrderDate Is Required'), 'unknown provider_error'],
    ['503', 503, '', 'unknown provider_error'],
    ['504', 504, '', 'unknown provider_error'],
    ['599', 599, '', 'unknown provider_error'],
  ])('%s', (_name, status, body, expected) => {
    const outcome = classify(status, body);
    expect(`${outcome.kind} ${'code' in outcome ? outcome.code : ''}`).toBe(expected);
  });

  it('has an outcome with a sentence for every status and any body', () => {
    const bodies = ['', '{', '[]', 'null', '"text"', '7', '{"Message":null,"ModelState":{"a":{"b":1},"c":[1,null]}}', '<html>', '\u0000', '{"message":{"deep":true}}'];
    for (let status = 100; status <= 999; status += 1) {
      for (const body of bodies) {
        const outcome = classify(status, body);
        expect(['rejected', 'retry', 'unknown', 'blocked']).toContain(outcome.kind);
        expect('message' in outcome && outcome.message).toBeTruthy();
      }
    }
  });
});

describe('wait after too many requests', () => {
  it.each<[string, Record<string, string>, number]>([
    ['seconds to the end of the window and one more', { 'x-rate-limit-reset': '23' }, 24_000],
    ['window that just ended', { 'x-rate-limit-reset': '0' }, 1_000],
    ['fractions', { 'x-rate-limit-reset': '1.5' }, 2_500],
    ['negative', { 'x-rate-limit-reset': '-4' }, 1_000],
    ['no header', {}, 60_000],
    ['empty header', { 'x-rate-limit-reset': '' }, 60_000],
    ['unreadable header', { 'x-rate-limit-reset': 'soon' }, 60_000],
    ['Retry-After instead', { 'retry-after': '7' }, 7_000],
    ['a time of day in place of seconds is bounded', { 'x-rate-limit-reset': '1770768000' }, 3_600_000],
  ])('%s', (_name, headers, afterMs) => {
    expect(classify(429, '', headers)).toMatchObject({ kind: 'retry', afterMs });
  });
});

describe('reason', () => {
  const messageOf = (outcome: PushOutcome): string => ('message' in outcome ? (outcome.message ?? '') : '');

  it('is the exception message before the general message', () => {
    expect(messageOf(classify(400, rule('OrderDate Is Required')))).toBe('OrderDate Is Required');
  });

  it('is the general message, however it is spelt, with the complaints about members', () => {
    const outcome = classify(400, { Message: 'The request is invalid.', ModelState: { 'apiOrder.items[0].quantity': ['A whole number is expected.'] } });
    expect(outcome).toMatchObject({
      message: 'The request is invalid. apiOrder.items[0].quantity: A whole number is expected.',
      fields: [{ path: 'apiOrder.items[0].quantity', message: 'A whole number is expected.' }],
    });
  });

  it('is the first 200 characters of a body that is not JSON', () => {
    expect(messageOf(classify(400, `no\n  good ${'x'.repeat(500)}`))).toBe(`no good ${'x'.repeat(192)}`);
  });

  it.each<[string, number, unknown]>([
    ['beside the exception message', 400, rule('Bad value')],
    ['beside the general message only', 500, { Message: 'An error has occurred.', StackTrace: 'at Secret.Internals.Save(ApiOrder order)' }],
    ['alone', 500, { StackTrace: 'at Secret.Internals.Save(ApiOrder order)' }],
    ['inside the exception message', 400, rule('Bad value   at Secret.Internals.Save(ApiOrder order)')],
    ['in a body that was cut', 500, '{"StackTrace":"   at Secret.Internals.Save('],
    ['in plain text', 500, 'System.Exception: failed\r\n   at Secret.Internals.Save(ApiOrder order)'],
    ['inside a complaint', 400, { ModelState: { a: ['bad   at Secret.Internals.Save(ApiOrder order)'] } }],
  ])('never shows a stack trace %s', (_name, status, body) => {
    expect(JSON.stringify(classify(status, body))).not.toMatch(/Secret\.Internals/);
  });
});
