import { randomBytes } from 'node:crypto';
import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { conceal, deriveProviderKey, open, seal } from '../src/index.ts';

const make = (): { user: string; password: string; oauth: { token: string }; keys: string[] } =>
  conceal({ user: 'u-marker', password: 'p-marker', oauth: { token: 't-marker' }, keys: ['k-marker'] });

describe('conceal', () => {
  it.each([
    ['JSON', () => JSON.stringify({ account: make() })],
    ['JSON of a nested part', () => JSON.stringify([make().oauth, make().keys])],
    ['inspect', () => inspect({ account: make() }, { depth: 9 })],
    ['inspect of a nested part', () => inspect(make().oauth)],
    ['console formatting', () => format('%s %o %j', make(), make(), make())],
    ['text concatenation', () => 'account '.concat(make() as unknown as string)],
  ])('shows nothing in %s', (_, print) => {
    expect(print()).toContain('[redacted]');
    expect(print()).not.toContain('marker');
  });

  it('leaves the fields readable by name and to a schema check', () => {
    const value = make();
    expect([value.user, value.password, value.oauth.token, value.keys[0]]).toEqual(['u-marker', 'p-marker', 't-marker', 'k-marker']);
    expect(Object.keys(value)).toEqual(['user', 'password', 'oauth', 'keys']);
  });

  it('covers what open returns', () => {
    const owner = { subscriberId: 's', provider: 'tflow', accountId: 'a' };
    const key = deriveProviderKey(randomBytes(32), 'tflow', 'k');
    const opened = open([key], seal(key, { token: 't-marker' }, owner), owner);
    expect(JSON.stringify(opened)).toBe('{"ok":true,"value":"[redacted]"}');
    expect(inspect(opened, { depth: 9 })).not.toContain('marker');
  });
});
