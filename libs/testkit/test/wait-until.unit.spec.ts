import { describe, expect, it } from '@jest/globals';
import { waitUntil } from '../src/index.ts';

describe('waitUntil', () => {
  it('returns the first truthy value of the condition', async () => {
    const values = [undefined, 0, '', 'here'];
    expect(await waitUntil(() => values.shift(), { intervalMs: 1 })).toBe('here');
  });

  it('treats a condition that throws as not yet fulfilled', async () => {
    let calls = 0;
    const value = await waitUntil(() => {
      calls += 1;
      if (calls < 3) throw new Error('too early');
      return calls;
    }, { intervalMs: 1 });
    expect(value).toBe(3);
  });

  it('throws at the time limit with what it waited for and the last error', async () => {
    const broken = (): never => {
      throw new Error('connection refused');
    };
    const waiting = waitUntil(broken, { timeoutMs: 5, intervalMs: 1, what: 'the server' });
    await expect(waiting).rejects.toThrow('waited 5 ms for the server: connection refused');
  });

  it('checks once even when there is no time at all', async () => {
    expect(await waitUntil(() => 'at once', { timeoutMs: 0 })).toBe('at once');
  });
});
