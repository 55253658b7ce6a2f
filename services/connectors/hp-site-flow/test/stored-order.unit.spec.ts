import { describe, expect, it } from '@jest/globals';
import { acknowledgedId, isOurs, readOrder } from '../src/stored-order.ts';
import { samplePush } from './sample-push.ts';

const order = { _id: 'o-1', destination: { name: 'hp.pressline' }, orderData: { sourceOrderId: 'HB-1', status: 'dataready', items: [{ sourceItemId: 'HB-1-1' }] } };

describe('reading an order', () => {
  it.each([['itself', order], ['in a member', { success: true, order }], ['in a list', [order]], ['in a member of a list', [{ order }]]])('finds it %s', (_name, body) => {
    expect(readOrder(body)).toMatchObject({ id: 'o-1', sourceOrderId: 'HB-1', destination: 'hp.pressline', status: 'dataready', sourceItemIds: ['HB-1-1'], isMarked: false });
  });

  it.each([[[]], [null]])('reads %j as none', (body) => {
    expect(readOrder(body)).toBeNull();
  });

  it.each([[{}], [7], ['text'], [{ _id: 'o-1' }], [{ orderData: {} }], [{ order: {} }], [[7]]])('does not take %j for an order', (body) => {
    expect(readOrder(body)).toBeUndefined();
  });

  it('tells an acknowledgement from an order', () => {
    expect(acknowledgedId({ _id: 'o-1', url: 'https://x.example', timestamp: 't' })).toBe('o-1');
    expect([acknowledgedId(order), acknowledgedId({ success: true, order }), acknowledgedId({ _id: 5 }), acknowledgedId(null)]).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('whose order it is', () => {
  const push = samplePush(undefined, { reference: 'HB-1' });
  const ours = (changes: Record<string, unknown>, head: Record<string, unknown> = {}) => isOurs(readOrder({ ...order, ...head, orderData: { ...order.orderData, ...changes } })!, push, 'hp.pressline');

  it.each([
    ['our mark', { extraData: { hubOrderId: push.order.orderId } }, {}, true],
    ['our mark, sent to an earlier destination', { extraData: { hubOrderId: push.order.orderId } }, { destination: { name: 'hp.old' } }, true],
    ['the mark of another order', { extraData: { hubOrderId: 'someone' } }, {}, false],
    ['marks of another system', { extraData: { storeRef: '9' } }, {}, false],
    ['no mark, our item numbers', {}, {}, true],
    ['no mark, no items shown', { items: undefined }, {}, true],
    ['no mark, foreign item numbers', { items: [{ sourceItemId: 'WEB-77' }] }, {}, false],
    ['no mark, another destination', {}, { destination: { name: 'hp.other' } }, false],
  ])('%s', (_name, changes, head, expected) => {
    expect(ours(changes, head)).toBe(expected);
  });
});
