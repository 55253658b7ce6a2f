import { describe, expect, it } from '@jest/globals';
import { fieldsOf, shortExample } from '../reference/schema-fields.ts';

const fieldOf = (name: Parameters<typeof fieldsOf>[0], path: string) => fieldsOf(name).find((field) => field.path === path);

describe('fieldsOf', () => {
  it('names a field inside lists and references by its whole path', () => {
    expect(fieldOf('push-work', 'orders[].push.items[].reference')).toMatchObject({ type: 'text ≤ 100', required: true });
  });

  it('links a type that has its own section and does not repeat its fields', () => {
    expect(fieldOf('push-work', 'orders[].push.order')?.type).toBe('[OrderSnapshot](#order-snapshot)');
    expect(fieldOf('push-work', 'orders[].push.order.orderNumber')).toBeUndefined();
    expect(fieldOf('order-snapshot', 'items[].files[].url')).toBeDefined();
  });

  it('lists the members of each variant of a choice', () => {
    expect(fieldOf('push-outcome', 'results[].outcome')?.type).toBe('Accepted or Duplicate or Rejected or Retry or Unknown or Blocked');
    expect(fieldOf('push-outcome', 'results[].outcome (Retry).afterMs')).toMatchObject({ type: 'integer ≥ 0', required: false });
  });

  it('says which values are possible, with null among them', () => {
    expect(fieldOf('push-changed', 'changes[].state')?.type).toContain('`needs-person`');
    expect(fieldOf('push-changed', 'changes[].pushId')?.type).toBe('UUID or null');
  });
});

describe('shortExample', () => {
  it('names a shared type in place of its content, also where it may be null', () => {
    expect(shortExample('order-decided')).toMatchObject({ decisions: [{ result: 'eligible', order: '… OrderSnapshot' }, { result: 'waiting', order: null }] });
  });
});
