import { describe, expect, it } from '@jest/globals';
import { validator } from '@pes/contracts';
import { createExchangeRecorder } from '../src/exchange-recorder.ts';
import { createRedactor, redactUrl } from '../src/redact.ts';

const credentials = { apiKey: 'key-4711-abc', apiSecret: 'p&ss "w<rd"/+', nested: { login: 'operator7' }, pin: '12', port: 8443 };
const redact = createRedactor({ credentials });
const b64 = (text: string): string => Buffer.from(text).toString('base64');

describe('redact', () => {
  it.each([
    ['as it is', 'x key-4711-abc y'],
    ['twice', 'key-4711-abckey-4711-abc'],
    ['in a URL', `?k=${encodeURIComponent(credentials.apiSecret)}`],
    ['in a form', `k=${encodeURIComponent(credentials.apiSecret).replaceAll('%20', '+')}`],
    ['in JSON', JSON.stringify({ echo: credentials.apiSecret })],
    ['in XML text', '<a>p&amp;ss "w&lt;rd"/+</a>'],
    ['in an XML attribute', '<a b="p&amp;ss &quot;w&lt;rd&quot;/+"/>'],
    ['in HTTP Basic', `got ${b64(`${credentials.apiKey}:${credentials.apiSecret}`)}`],
    ['in HTTP Basic the other way round', `got ${b64(`${credentials.apiSecret}:${credentials.apiKey}`)}`],
    ['in HTTP Basic without a password', `got ${b64(`${credentials.apiKey}:`)}`],
    ['in base64', `got ${b64(credentials.apiSecret)}`],
    ['nested', 'user operator7'],
  ])('masks a credential %s', (_name, text) => {
    const masked = redact(text, 1000);
    expect(masked).toContain('[masked]');
    for (const secret of ['4711', 'w<rd', 'w&lt;rd', 'operator7', encodeURIComponent('w<rd'), b64(credentials.apiSecret).slice(0, 12)]) expect(masked).not.toContain(secret);
  });

  it('leaves a secret of less than four characters alone inside other text', () => {
    expect(redact('12 cards on port 8443, order 4120, "no":12, "a":"12 pt"', 100)).toBe('12 cards on port 8443, order 4120, "no":12, "a":"12 pt"');
  });

  it.each([
    ['{"code":"12","n":1}', '{"code":"[masked]","n":1}'],
    ['{"body":"{\\"code\\":\\"12\\"}"}', '{"body":"{\\"code\\":\\"[masked]\\"}"}'],
    ['<Login>12</Login>', '<Login>[masked]</Login>'],
    ['<a login="12"/>', '<a login="[masked]"/>'],
    ['code=12&x=12', 'code=[masked]&x=[masked]'],
  ])('masks it where it is a value of its own: %s', (text, expected) => {
    expect(redact(text, 1000)).toBe(expected);
  });

  it.each([
    ['{"access_token":"eyJhbGciOi.x.y","expires":3600}', '{"access_token":"[masked]","expires":3600}'],
    ['{"Password" : "a\\nb", "a":1}', '{"Password" : "[masked]", "a":1}'],
    ['{"body":"{\\"token\\":\\"abc\\",\\"n\\":1}"}', '{"body":"{\\"token\\":\\"[masked]\\",\\"n\\":1}"}'],
    ['<Credential domain="x"><Identity>me</Identity><SharedSecret>s3</SharedSecret></Credential>', '<Credential domain="x"><Identity>me</Identity><SharedSecret>[masked]</SharedSecret></Credential>'],
    ['<ns:Password Type="t">\n  abc</ns:Password>', '<ns:Password Type="t">\n  [masked]</ns:Password>'],
    ['user=me&password=abc&x=1', 'user=me&password=[masked]&x=1'],
    ['{"token":"never ends', '{"token":"[masked]'],
    ['{"authorization":"Basic abc"}', '{"authorization":"[masked]"}'],
  ])('masks what is called a secret: %s', (text, expected) => {
    expect(redact(text, 1000)).toBe(expected);
  });

  it('masks the query of file addresses and keeps the rest of the address', () => {
    expect(redact('{"url":"https://files.example.com/a/b.pdf?sig=abc&exp=1","n":1}', 1000)).toBe('{"url":"https://files.example.com/a/b.pdf?[masked]","n":1}');
    expect(redact('{"url":"https:\\/\\/files.example.com\\/b.pdf?sig=abc"}', 1000)).toBe('{"url":"https:\\/\\/files.example.com\\/b.pdf?[masked]"}');
  });

  it('keeps the query of the called address readable, except for secrets', () => {
    expect(redactUrl(redact, 'https://api.example.com/orders?orderNumber=PR-1&api_key=zzz&k=key-4711-abc', 200)).toBe(
      'https://api.example.com/orders?orderNumber=PR-1&api_key=[masked]&k=[masked]');
  });

  it('masks personal data only when asked to', () => {
    const body = '{"email":"robin@example.com","phone":"555-0100","street1":"1 Example Way","city":"Sampleton","note":"write to kim@example.org"}';
    expect(redact(body, 1000)).toBe(body);
    expect(createRedactor({ credentials, personal: true })(body, 1000)).toBe(
      '{"email":"[masked]","phone":"[masked]","street1":"[masked]","city":"Sampleton","note":"write to [masked]"}');
  });

  it('cuts to the limit without leaving a part of a secret at the edge', () => {
    for (let before = 60; before < 100; before += 1) {
      const text = `${'key-4711-abc'.repeat(3)}${'x'.repeat(before)}key-4711-abc${'y'.repeat(200)}`;
      const masked = redact(text, 100);
      expect(masked.length).toBeLessThanOrEqual(100);
      expect(masked.endsWith('…')).toBe(true);
      expect(masked.replaceAll('[masked]', '')).not.toMatch(/key-|4711/);
    }
  });

  it('yields what PostgreSQL can store: no NUL, no half of a surrogate pair', () => {
    const masked = redact(`a\0b\uD800c${'😀'.repeat(100)}`, 50);
    expect(masked).not.toContain('\0');
    expect(masked.isWellFormed()).toBe(true);
  });

  it('is linear on hostile input', () => {
    const bodies = ['token'.repeat(40_000), '"password'.repeat(20_000), '\\"'.repeat(100_000), 'https:'.repeat(40_000), '<token '.repeat(30_000), 'a@'.repeat(100_000), `password${' '.repeat(200_000)}`];
    const personal = createRedactor({ credentials, personal: true });
    const startMs = performance.now();
    for (const body of bodies) personal(body, 200_000);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('works without credentials', () => {
    expect(createRedactor({ credentials: {} })('abc'.repeat(10), 20)).toBe(`${'abc'.repeat(7).slice(0, 19)}…`);
  });
});

describe('exchange recorder', () => {
  const answer = (body: string) => ({ kind: 'answer', status: 200, headers: {}, body }) as const;

  it('yields contract exchanges: masked, capped, with a failure instead of an answer', () => {
    const recorder = createExchangeRecorder(redact);
    recorder.record({ atMs: 0, durationMs: 12.6, request: { method: 'POST', url: 'https://api.example.com/o', body: `{"k":"key-4711-abc","x":"${'y'.repeat(30_000)}"}` }, result: answer('') });
    recorder.record({ atMs: 5, durationMs: 1, request: { method: 'GET', url: `https://api.example.com/${'z'.repeat(3_000)}` }, result: { kind: 'maybe-sent', code: 'timeout', message: 'key-4711-abc was late' } });
    const exchanges = recorder.exchanges();
    expect(exchanges[0]).toMatchObject({ at: '1970-01-01T00:00:00.000Z', durationMs: 13, method: 'POST', status: 200, responseBody: '', failure: null });
    expect(exchanges[0]?.requestBody).toMatch(/^\{"k":"\[masked\]"/);
    expect(exchanges[1]).toMatchObject({ requestBody: null, status: null, responseBody: null, failure: 'maybe-sent timeout: [masked] was late' });
    const outcomes = {
      provider: 'toy', accountId: '0190c0de-0000-7000-8000-000000000007',
      results: [{ pushId: '0190c0de-0000-7000-8000-000000000008', fence: 1, startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:00Z', outcome: { kind: 'accepted', providerRef: 'x' }, exchanges }],
    };
    expect(validator('push-outcome')(outcomes)).toMatchObject({ ok: true });
  });

  it('keeps the first ten and the last ten of many', () => {
    const recorder = createExchangeRecorder(redact);
    for (let call = 0; call < 35; call += 1) recorder.record({ atMs: 0, durationMs: 0, request: { method: 'GET', url: `https://a/${call}` }, result: answer('') });
    expect(recorder.exchanges().map(({ url }) => Number(url.slice(10)))).toEqual([...Array(10).keys(), ...Array.from({ length: 10 }, (_, index) => 25 + index)]);
  });
});
