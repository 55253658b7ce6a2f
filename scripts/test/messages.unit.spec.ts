import { describe, expect, it } from '@jest/globals';
import { consumers } from '@pes/contracts';
import { covers, messages, readersOf, streamOf } from '../reference/messages.ts';

describe('covers', () => {
  it.each([
    ['registry.>', 'registry.site.<subscriber>.<site>', true],
    ['registry.site.>', 'registry.account.<subscriber>.<account>', false],
    ['order.decided.*', 'order.decided.<subscriber>', true],
    ['order.*', 'order.decided.<subscriber>', false],
    ['dead.>', 'dead.<consumer>.<original subject>', true],
    ['dead.>', 'dead', false],
  ])('%s over %s is %s', (filter, subject, expected) => {
    expect(covers(filter, subject)).toBe(expected);
  });
});

describe('messages', () => {
  it('gives every durable consumer at least one message, so that no reader is missing on the page', () => {
    const subjects = Object.values(messages).map(({ subject }) => subject);
    const idle = Object.values(consumers).filter(({ filter }) => !subjects.some((subject) => covers(filter, subject)));
    expect(idle).toEqual([]);
  });

  it('finds the stream and the readers of a message that two services read', () => {
    expect(streamOf(messages.registrySite)).toBe('REGISTRY');
    expect(readersOf(messages.registrySite)).toEqual(['order-eligibility', 'push-dispatch']);
  });
});
