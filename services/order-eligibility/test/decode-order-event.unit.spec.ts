import { describe, expect, it } from '@jest/globals';
import { subjects } from '@pes/contracts';
import { createOrderDecoder } from '../src/entry-points/decode-order-event.ts';
import { sampleFile, sampleItem, sampleOrder, subscriberId } from './sample-order.ts';

const nowMs = Date.parse('2026-03-10T12:00:00Z');
const decode = createOrderDecoder({ maxSnapshotBytes: 200_000, clock: { now: () => nowMs } });
const subject = subjects.presseroOrder('placed', subscriberId);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const order = sampleOrder({ placedAt: '2026-03-10T11:00:00Z', updatedAt: '2026-03-10T11:00:00Z' });
const event = JSON.stringify({ order });

function decodeText(text: string, on = subject) {
  return decode({ subject: on, headers: {}, body: bytes(text) });
}

function withOrder(changes: object): string {
  return JSON.stringify({ order: { ...order, ...changes } });
}

describe('an event that can be read', () => {
  it('gives the order and the very text of its snapshot', () => {
    expect(decodeText(event)).toEqual({ ok: true, value: { order, snapshotJson: JSON.stringify(order) } });
  });

  it('keeps the text as it came, also where making it again would change it', () => {
    const odd = JSON.stringify(order).replace('{', '{ "unknown": 1.10, ').replace('"Sample Diner"', String.raw`"Sample\u0020Diner"`);
    const decoded = decodeText(`{"order":${odd}}`);
    expect(decoded).toMatchObject({ ok: true, value: { snapshotJson: odd, order: { siteName: 'Sample Diner', unknown: 1.1 } } });
  });

  it.each([
    ['white space before the order', `{ "order": ${JSON.stringify(order)}}`],
    ['a member after the order', `{"order":${JSON.stringify(order)},"extra":{"a":1}}`],
    ['a member before the order', `{"extra":1,"order":${JSON.stringify(order)}}`],
    ['the order twice, where the last one counts', `{"order":{"version":0},"order":${JSON.stringify(order)}}`],
    ['a byte order mark', `\ufeff${event}`],
    ['a line end after it', `${event}\n`],
  ])('is read with %s', (_name, text) => {
    expect(decodeText(text)).toEqual({ ok: true, value: { order, snapshotJson: JSON.stringify(order) } });
  });

  it('may hold the six characters \\u0000 as plain text', () => {
    const decoded = decodeText(withOrder({ notes: String.raw`the code \u0000 and \ud800 in a note` }));
    expect(decoded.ok).toBe(true);
  });

  it('may hold characters outside the basic plane, escaped or not', () => {
    expect(decodeText(withOrder({ notes: '🖨' })).ok).toBe(true);
    expect(decodeText(event.replace('Sample Diner', String.raw`\ud83d\udda8`)).ok).toBe(true);
  });

  it.each(['2024-03-10T12:00:00Z', '2026-03-11T12:00:00Z', '2024-03-10T12:00:00.000Z'])('may be placed at %s, the edge of what is plausible', (placedAt) => {
    expect(decodeText(withOrder({ placedAt })).ok).toBe(true);
  });

  it('may come under an event name that nobody knows yet', () => {
    expect(decodeText(event, `pressero.order.something-new.${subscriberId}`).ok).toBe(true);
  });
});

describe('an event that cannot be read', () => {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;

  it.each([
    ['text that is no JSON', 'Hello', 'not_json', /not valid JSON/],
    ['an empty message', '', 'not_json', /end of JSON/],
    ['an order cut short', event.slice(0, -20), 'not_json', /JSON/],
    ['JSON that is no object', '[]', 'schema_violation', /order/],
    ['null', 'null', 'schema_violation', /order/],
    ['an order that is null', '{"order":null}', 'schema_violation', /\/order must be object/],
    ['a negative quantity', withOrder({ items: [sampleItem(1, { quantity: -4 })] }), 'schema_violation', /\/order\/items\/0\/quantity must be >= 1/],
    ['an unknown approval', withOrder({ items: [{ ...sampleItem(1), approval: 'maybe' }] }), 'schema_violation', /approval must be equal to one of.*pending/],
    ['a missing version', withOrder({ version: undefined }), 'schema_violation', /version/],
    ['a raw control character', event.replace('Sample Diner', 'Sample\u0000Diner'), 'not_json', /JSON/],
    ['NUL in a text', withOrder({ notes: 'bad\0note' }), 'nul_character', /^\/order\/notes holds the NUL character/],
    ['NUL in a file name of an item', withOrder({ items: [sampleItem(1), sampleItem(2, { files: [sampleFile({ name: 'a\0b.pdf' })] })] }), 'nul_character', /^\/order\/items\/1\/files\/0\/name /],
    ['NUL in the name of an unknown member', withOrder({ 'odd\0name': 1 }), 'nul_character', /odd\\u0000name/],
    ['half a character', event.replace('Sample Diner', String.raw`Sample \ud83d Diner`), 'schema_violation', /^\/order\/siteName holds half a character/],
    ['an unknown member nested thousands of levels deep', `{"order":${JSON.stringify(order).replace('{', `{"unknown":${deep},`)}}`, 'schema_violation', /nests deeper/],
    ['a member beside the order nested thousands of levels deep', `{"x":${deep},${event.slice(1)}`, 'schema_violation', /nests deeper/],
    ['one item number twice', withOrder({ items: [sampleItem(3), sampleItem(3)] }), 'schema_violation', /\/order\/items\/1\/itemNumber repeats item number 3/],
    ['an item number beyond any integer column', withOrder({ items: [sampleItem(3_000_000_000)] }), 'schema_violation', /\/order\/items\/0\/itemNumber must be <= 2147483647/],
    ['an order placed in two days', withOrder({ placedAt: '2026-03-12T12:00:01Z' }), 'order_date_implausible', /future/],
    ['an order placed just over one day ahead', withOrder({ placedAt: '2026-03-11T12:00:01Z' }), 'order_date_implausible', /future/],
    ['an order placed just over two years back', withOrder({ placedAt: '2024-03-10T11:59:59Z' }), 'order_date_implausible', /2 years back/],
    ['30 February', withOrder({ placedAt: '2026-02-30T10:00:00Z' }), 'order_date_implausible', /2026-02-30T10:00:00Z is not a date/],
    ['hour 24', withOrder({ placedAt: '2026-03-09T24:00:00Z' }), 'order_date_implausible', /not a date/],
    ['month 13', withOrder({ placedAt: '2026-13-01T10:00:00Z' }), 'order_date_implausible', /not a date/],
  ])('%s', (_name, text, code, error) => {
    const decoded = decodeText(text);
    expect(decoded).toMatchObject({ ok: false, code });
    expect(decoded.ok ? [] : decoded.errors).toEqual([expect.stringMatching(error)]);
  });

  it('another subscriber in the subject', () => {
    const other = '0198a000-0000-7000-8000-0000000000cc';
    expect(decodeText(event, subjects.presseroOrder('placed', other))).toMatchObject({ ok: false, code: 'subject_mismatch', errors: [expect.stringContaining(other)] });
  });

  it('bytes that are no UTF-8', () => {
    const body = bytes(event);
    body[30] = 0xff;
    expect(decode({ subject, headers: {}, body })).toMatchObject({ ok: false, code: 'not_json' });
  });

  it('more bytes than allowed, whatever they say, found before they are parsed', () => {
    const body = bytes(`{"order":${'x'.repeat(200_000)}`);
    expect(decode({ subject, headers: {}, body })).toMatchObject({ ok: false, code: 'snapshot_too_large', errors: [expect.stringContaining('200009 bytes, at most 200000')] });
  });
});
