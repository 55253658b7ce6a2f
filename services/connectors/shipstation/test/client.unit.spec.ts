import { describe, expect, it } from '@jest/globals';
import { authorization } from '../src/client.ts';
import { idText, readJson } from '../src/json.ts';

describe('authorization', () => {
  it('is the example that ShipStation gives', () => {
    expect(authorization('ShipStation', 'Rocks')).toBe('Basic U2hpcFN0YXRpb246Um9ja3M=');
  });

  it('keeps a long pair on one line and letters outside ASCII as UTF-8', () => {
    const header = authorization('k'.repeat(64), 'sécret');
    expect(header).not.toMatch(/\s.*\s/);
    expect(Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8')).toBe(`${'k'.repeat(64)}:sécret`);
  });
});

describe('ids', () => {
  it.each([
    ['4300000001', '4300000001'], ['9007199254740991', '9007199254740991'], ['9007199254740993', '9007199254740993'], ['"77"', '77'],
    ['0', undefined], ['-3', undefined], ['1.5', undefined], ['1e30', undefined], ['null', undefined], ['"x"', undefined], ['{}', undefined],
  ])('%s is read as %s', (text, id) => {
    expect(idText((readJson(`{"orderId":${text},"pad":1234567890123456}`) as { orderId: unknown }).orderId)).toBe(id);
  });

  it('reads what is no JSON as undefined', () => {
    expect(readJson('<html>')).toBeUndefined();
  });
});
