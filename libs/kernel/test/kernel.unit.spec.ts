import { describe, expect, it } from '@jest/globals';
import { chunk, createSemaphore, groupBy, isoTime, newId, sleep } from '../src/index.ts';

describe('createSemaphore', () => {
  it('never runs more tasks at once than its limit, and runs all in order', async () => {
    const semaphore = createSemaphore(3);
    let running = 0;
    let most = 0;
    const started: number[] = [];
    await Promise.all(Array.from({ length: 20 }, (_, n) => semaphore.run(async () => {
      started.push(n);
      running += 1;
      most = Math.max(most, running);
      await sleep(1);
      running -= 1;
    })));
    expect(most).toBe(3);
    expect(started).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('gives its place on when a task fails', async () => {
    const semaphore = createSemaphore(1);
    await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await semaphore.run(() => Promise.resolve('next'))).toBe('next');
  });
});

describe('sleep', () => {
  it('ends early when the signal fires, also when it fired before', async () => {
    const stop = new AbortController();
    const slept = sleep(60_000, stop.signal);
    stop.abort();
    await slept;
    await sleep(60_000, stop.signal);
  });
});

describe('groupBy and chunk', () => {
  it('keep the order and lose nothing', () => {
    expect([...groupBy([1, 2, 3, 4, 5], (n) => n % 2)]).toEqual([[1, [1, 3, 5]], [0, [2, 4]]]);
    expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe('newId', () => {
  it('makes lower-case version 7 ids that sort by time', async () => {
    const first = newId();
    await sleep(2);
    const second = newId();
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(first < second).toBe(true);
  });
});

describe('isoTime', () => {
  it('is UTC with milliseconds', () => {
    expect(isoTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006Z');
  });
});
