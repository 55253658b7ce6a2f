import { describe, expect, it } from '@jest/globals';
import { circumstancesOf } from '../src/domain/circumstances.ts';
import { aManifest } from './order-fixture.ts';

const row = { push_id: 'p', provider: 'acme-press', reference: 'AE-501', failures: 2, account_name: 'Acme East', check_first: true };
const time = { nowMs: 7, random: 0.5 };

function manifest(idempotency: 'key' | 'natural-key' | 'lookup', lookup: boolean) {
  const { capabilities } = aManifest();
  return aManifest({ idempotency, visibilityDelayMs: 9_000, capabilities: { ...capabilities, lookup } });
}

describe('circumstancesOf', () => {
  it.each([
    ['a key answers repeats, but says nothing when the repeat is not made', manifest('key', true), true],
    ['a natural key without lookup', manifest('natural-key', false), true],
    ['a natural key with lookup: looked up before the failed send', manifest('natural-key', true), false],
    ['a lookup', manifest('lookup', true), false],
    ['no manifest: the safe reading', undefined, true],
  ])('after an unclear send a failure leaves it unclear or not: %s', (_name, of, unclear) => {
    expect(circumstancesOf(row, of, time)).toMatchObject({ unclear });
    expect(circumstancesOf({ ...row, check_first: false }, of, time)).toMatchObject({ unclear: false });
  });

  it('takes what the provider declares, and counts a provider without manifest as one that cannot be asked', () => {
    expect(circumstancesOf(row, manifest('lookup', true), time)).toMatchObject({ idempotency: 'lookup', visibilityDelayMs: 9_000, providerName: 'Acme Press', failures: 2 });
    expect(circumstancesOf(row, undefined, time)).toMatchObject({ idempotency: 'none', visibilityDelayMs: 0, providerName: 'acme-press' });
  });
});
