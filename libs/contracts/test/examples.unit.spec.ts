import { describe, expect, it } from '@jest/globals';
import { schemas, validator, type PresseroOrderEvent, type SchemaName } from '../src/index.ts';

const names = [...schemas.keys()];

describe('schemas', () => {
  it.each(names)('%s has at least one example and every example is valid', (name: SchemaName) => {
    const check = validator(name);
    const examples = schemas.get(name)?.examples ?? [];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(check(example)).toEqual({ ok: true, value: example });
  });
});

describe('validator', () => {
  const check = validator('pressero-order-event');
  const example = (): PresseroOrderEvent => structuredClone(schemas.get('pressero-order-event')?.examples?.[0]) as PresseroOrderEvent;

  it('names every broken field at once', () => {
    const event = example();
    event.order.items[0]!.quantity = -3;
    event.order.currency = 'dollars';
    const result = check(event);
    expect(result).toEqual({ ok: false, errors: expect.arrayContaining(['/order/items/0/quantity must be >= 1', expect.stringMatching(/^\/order\/currency must match/)]) });
  });

  it('lists the allowed values of an enumeration', () => {
    const event = { order: { ...example().order, siteType: 'b2x' } };
    expect(check(event)).toEqual({ ok: false, errors: ['/order/siteType must be equal to one of the allowed values: b2b, b2c'] });
  });

  it('accepts members that it does not know, so that a newer sender does not break an older reader', () => {
    expect(check({ ...example(), added: true }).ok).toBe(true);
  });
});
