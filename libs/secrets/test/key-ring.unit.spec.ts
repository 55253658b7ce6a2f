import { createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { deriveProviderKey, deriveProviderKeys, formatKeyRing, open, parseKeyRing, parseProviderKeys, seal } from '../src/index.ts';

const first = randomBytes(32);
const second = randomBytes(32);
const text = `2026:${first.toString('base64')}, 2025:${second.toString('base64')}`;
const owner = { subscriberId: 's', provider: 'veracore', accountId: 'a' };

describe('parseKeyRing', () => {
  it('reads the keys in order, the writable one first', () => {
    const ring = parseKeyRing(text);
    expect(ring.ok && ring.value.map(({ keyId, key }) => [keyId, key.export()])).toEqual([['2026', first], ['2025', second]]);
  });

  it.each([
    ['nothing', '', ['key 1: is not keyId:base64']],
    ['no colon', 'abcdef', ['key 1: is not keyId:base64']],
    ['no id', `:${first.toString('base64')}`, ['key 1: the id before the colon']],
    ['a key that is no base64', '2026:???', ['key 1 ("2026"): the key is not base64']],
    ['a short key', `2026:${first.toString('base64', 0, 16)}`, ['key 1 ("2026"): the key has 16 bytes instead of 32']],
    ['an id twice', `x:${first.toString('base64')},x:${second.toString('base64')}`, ['key 2: the id "x" is used twice']],
    ['a trailing comma', `x:${first.toString('base64')},`, ['key 2: is not keyId:base64']],
    ['several faults', 'a b:xx,c:yy', ['key 1: the id', 'key 2 ("c"): the key has 1 bytes']],
  ])('refuses %s and says where', (_, wrong, starts) => {
    const ring = parseKeyRing(wrong);
    if (ring.ok) throw new Error('accepted');
    expect(ring.error.map((line, index) => line.slice(0, starts[index]?.length))).toEqual(starts);
  });

  it('never shows key material in a problem', () => {
    const secret = 'c2VjcmV0LW1hdGVyaWFs';
    for (const wrong of [secret, `2026:${secret}`, `${secret} :x`, `2026:${secret}!`]) {
      const ring = parseKeyRing(wrong);
      expect(ring.ok ? '' : ring.error.join()).not.toContain(secret);
    }
  });
});

describe('deriveProviderKey', () => {
  it('gives the same key for the same input and another one for any other provider, key id or master', () => {
    const material = (master: Buffer, provider: string, keyId: string): string => deriveProviderKey(master, provider, keyId).key.export().toString('hex');
    const keys = [material(first, 'tflow', 'a'), material(first, 'veracore', 'a'), material(first, 'tflow', 'b'), material(second, 'tflow', 'a'), material(first, 'tflo', 'wa')];
    expect(new Set(keys).size).toBe(keys.length);
    expect(material(first, 'tflow', 'a')).toBe(keys[0]);
    expect(keys).not.toContain(first.toString('hex'));
  });

  it('keeps its result for good, because stored records depend on it', () => {
    const key = deriveProviderKey(Buffer.alloc(32, 7), 'shipstation', '2026a');
    expect(key.key.export().toString('base64')).toBe('4B+/6di4kXLEksFIXqOqDCxyS4UT5Xi8ZToZ421njtM=');
  });

  it('refuses a master of the wrong size and a bad key id', () => {
    expect(() => deriveProviderKey(Buffer.alloc(16), 'tflow', 'a')).toThrow('a master key has 32 bytes, not 16');
    expect(() => deriveProviderKey(first, 'tflow', 'a,b')).toThrow('key id "a,b" is not');
  });
});

describe('the keys that a connector gets', () => {
  it('survive the environment and open what the master side sealed', () => {
    const masters = parseKeyRing(text);
    if (!masters.ok) throw new Error(masters.error.join());
    const derived = deriveProviderKeys(masters.value, 'veracore');
    const received = parseProviderKeys(formatKeyRing(derived), 'veracore');
    const sealed = seal(derived[0], { token: 't-1' }, owner);
    const opened = received.ok && open(received.value, sealed, owner);
    expect(opened && opened.ok && opened.value['token']).toBe('t-1');
    expect(formatKeyRing(derived)).not.toContain(first.toString('base64'));
  });

  it('print without their material', () => {
    const [key] = deriveProviderKeys([{ keyId: 'k', key: createSecretKey(first) }], 'veracore');
    const material = key.key.export();
    for (const printed of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key)]) {
      expect(printed).not.toContain(material.toString('base64'));
      expect(printed).not.toContain(material.toString('hex'));
    }
  });
});
