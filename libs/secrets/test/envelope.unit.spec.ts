import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { deriveProviderKey, keyIdOf, open, rewrap, seal, type CredentialOwner, type KeyRing, type ProviderKey } from '../src/index.ts';

const owner: CredentialOwner = { subscriberId: 'sub-7', provider: 'midnight', accountId: 'acc-19' };
const credentials = { user: 'printer', secret: 'grün & "quoted"', nested: { port: 8443 } };
const oldMaster = randomBytes(32);
const newMaster = randomBytes(32);
const oldKey = deriveProviderKey(oldMaster, 'midnight', '2025');
const newKey = deriveProviderKey(newMaster, 'midnight', '2026');
const ring: KeyRing<ProviderKey> = [newKey, oldKey];

describe('seal and open', () => {
  it.each([
    ['nothing in them', {}],
    ['nested and non-ASCII values', credentials],
    ['a large value', { certificate: 'x'.repeat(100_000) }],
  ])('returns the same credentials with %s', (_, original) => {
    const opened = open(ring, seal(newKey, original, owner), owner);
    expect(opened.ok && copyOf(opened.value)).toEqual(original);
  });

  it('opens a record of the older key while both are in the ring', () => {
    expect(open(ring, seal(oldKey, credentials, owner), owner).ok).toBe(true);
  });

  it('gives base64url text that never repeats and shows nothing of the credentials', () => {
    const texts = new Set(Array.from({ length: 200 }, () => seal(newKey, credentials, owner)));
    expect(texts.size).toBe(200);
    for (const text of texts) {
      expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(Buffer.from(text, 'base64url').includes('printer')).toBe(false);
    }
  });

  it('refuses to seal with the key of another provider', () => {
    const foreign = deriveProviderKey(newMaster, 'tflow', '2026');
    expect(() => seal(foreign, credentials, owner)).toThrow('credentials of midnight cannot be sealed with the key of tflow');
  });
});

describe('open, when something is not as it was', () => {
  const sealed = seal(newKey, credentials, owner);
  const bytes = Buffer.from(sealed, 'base64url');

  it('fails for each single byte changed, whichever it is, and never throws', () => {
    for (let position = 0; position < bytes.length; position += 1) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[position] = (changed[position] ?? 0) ^ mask;
        const opened = open(ring, changed.toString('base64url'), owner);
        expect({ position, ok: opened.ok }).toEqual({ position, ok: false });
      }
    }
  });

  it('fails for each truncation and for appended bytes', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(open(ring, bytes.toString('base64url', 0, length), owner).ok).toBe(false);
    }
    expect(open(ring, Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url'), owner)).toEqual({ ok: false, error: 'tampered' });
  });

  it.each([
    ['a byte of the wrapped key', 2 + 4 + 20, 'tampered'],
    ['a byte of the credentials', bytes.length - 20, 'tampered'],
    ['the format', 0, 'malformed'],
    ['the key id', 3, 'unknown_key'],
  ])('names the reason when %s changed', (_, position, reason) => {
    const changed = Buffer.from(bytes);
    changed[position] = (changed[position] ?? 0) ^ 1;
    expect(open(ring, changed.toString('base64url'), owner)).toEqual({ ok: false, error: reason });
  });

  it.each([['empty', ''], ['not base64url', 'a+b/c='], ['padded', `${sealed}=`], ['with a blank', ` ${sealed}`], ['short', 'AQ']])('calls %s text malformed', (_, text) => {
    expect(open(ring, text, owner)).toEqual({ ok: false, error: 'malformed' });
  });

  it('accepts one spelling only: spare bits at the end are refused', () => {
    const odd = ['a', 'ab', 'abc'].map((value) => seal(newKey, { value }, owner)).find((text) => text.length % 4 === 2) ?? '';
    const last = odd.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = odd.slice(0, -1) + (alphabet[alphabet.indexOf(last) + 1] ?? '');
    expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(odd, 'base64url'));
    expect(open(ring, twin, owner)).toEqual({ ok: false, error: 'malformed' });
  });

  it.each([
    ['subscriber', { ...owner, subscriberId: 'sub-8' }],
    ['account', { ...owner, accountId: 'acc-20' }],
    ['split between subscriber and account', { ...owner, subscriberId: 'sub-7a', accountId: 'cc-19' }],
  ])('does not open for another %s', (_, other) => {
    expect(open(ring, sealed, other)).toEqual({ ok: false, error: 'tampered' });
  });

  it('does not open for another provider, although the key id is the same', () => {
    const foreign = deriveProviderKey(newMaster, 'tflow', '2026');
    expect(open([foreign], sealed, { ...owner, provider: 'tflow' })).toEqual({ ok: false, error: 'tampered' });
    expect(open([foreign], sealed, owner)).toEqual({ ok: false, error: 'unknown_key' });
  });

  it('does not open with other key material under the same id', () => {
    expect(open([deriveProviderKey(oldMaster, 'midnight', '2026')], sealed, owner)).toEqual({ ok: false, error: 'tampered' });
  });

  it('does not open when wrapped key and credentials come from two records of one owner', () => {
    const other = Buffer.from(seal(newKey, credentials, owner), 'base64url');
    const boxStart = 2 + 4 + 60;
    const mixed = Buffer.concat([bytes.subarray(0, boxStart), other.subarray(boxStart)]);
    expect(open(ring, mixed.toString('base64url'), owner)).toEqual({ ok: false, error: 'tampered' });
  });
});

describe('rewrap', () => {
  const sealed = seal(oldKey, credentials, owner);

  it('puts a record under the writable key, so that it opens without the older one', () => {
    const rewrapped = rewrap(ring, sealed, owner);
    if (!rewrapped.ok) throw new Error(rewrapped.error);
    expect(keyIdOf(rewrapped.value)).toEqual({ ok: true, value: '2026' });
    expect(open([newKey], rewrapped.value, owner).ok).toBe(true);
    expect(open([oldKey], rewrapped.value, owner)).toEqual({ ok: false, error: 'unknown_key' });
  });

  it('leaves the encrypted credentials byte for byte as they were', () => {
    const rewrapped = rewrap(ring, sealed, owner);
    const box = (text: string): Buffer => Buffer.from(text, 'base64url').subarray(2 + 4 + 60);
    expect(rewrapped.ok && box(rewrapped.value)).toEqual(box(sealed));
  });

  it('returns a record that already has the writable key unchanged', () => {
    const current = seal(newKey, credentials, owner);
    expect(rewrap(ring, current, owner)).toEqual({ ok: true, value: current });
  });

  it('fails when the older key is gone', () => {
    expect(rewrap([newKey], sealed, owner)).toEqual({ ok: false, error: 'unknown_key' });
  });

  it('fails when it belongs to another account', () => {
    expect(rewrap(ring, sealed, { ...owner, accountId: 'acc-20' })).toEqual({ ok: false, error: 'tampered' });
  });

  it('fails when it is no record', () => {
    expect(rewrap(ring, 'nonsense', owner)).toEqual({ ok: false, error: 'malformed' });
  });
});

/** Plain again: what open returns prints as redacted, which would make every comparison equal. */
function copyOf(concealed: unknown): unknown {
  if (typeof concealed !== 'object' || concealed === null) return concealed;
  return Object.fromEntries(Object.entries(concealed).map(([name, value]) => [name, copyOf(value)]));
}
