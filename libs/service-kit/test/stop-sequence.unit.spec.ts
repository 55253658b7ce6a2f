import { describe, expect, it } from '@jest/globals';
import { createStopSequence } from '../src/stop-sequence.ts';
import { recordingLogger } from './log-lines.ts';

describe('the stop sequence', () => {
  it('runs hooks last added first, each to its end before the next', async () => {
    const events: string[] = [];
    const sequence = createStopSequence(recordingLogger().log);
    for (const name of ['pool', 'bus', 'consumer']) {
      sequence.add(name, async () => {
        events.push(`${name} begins`);
        await new Promise(setImmediate);
        events.push(`${name} ends`);
      });
    }
    expect(await sequence.run(1_000)).toBe(true);
    expect(events).toEqual(['consumer begins', 'consumer ends', 'bus begins', 'bus ends', 'pool begins', 'pool ends']);
  });

  it('logs a hook that fails, by throwing or rejecting, and runs the others', async () => {
    const { log, lines } = recordingLogger();
    const ran: string[] = [];
    const sequence = createStopSequence(log);
    sequence.add('first', () => void ran.push('first'));
    sequence.add('throws', () => {
      throw new Error('boom');
    });
    sequence.add('rejects', () => Promise.reject(new Error('bang')));
    expect(await sequence.run(1_000)).toBe(true);
    expect(ran).toEqual(['first']);
    expect(lines.map(({ level, hook }) => [level, hook])).toEqual([['error', 'rejects'], ['error', 'throws']]);
  });

  it('gives up at the bound and names the hook that hangs and those that did not run', async () => {
    const { log, lines } = recordingLogger();
    const sequence = createStopSequence(log);
    sequence.add('pool', () => undefined);
    sequence.add('consumer', () => new Promise<void>(() => undefined));
    expect(await sequence.run(20)).toBe(false);
    expect(lines).toEqual([expect.objectContaining({ level: 'error', hook: 'consumer', notRun: ['pool'], msg: 'stop took too long' })]);
  });

  it('also runs a hook that is added while it runs', async () => {
    const ran: string[] = [];
    const sequence = createStopSequence(recordingLogger().log);
    sequence.add('outer', () => sequence.add('late', () => void ran.push('late')));
    await sequence.run(1_000);
    expect(ran).toEqual(['late']);
  });
});
