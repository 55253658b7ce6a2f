import { sleep } from '@pes/kernel';

/** The result of the work, or undefined when it takes longer. The work goes on; no timer stays behind. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined> {
  const waiting = new AbortController();
  try {
    return await Promise.race([work, sleep(timeoutMs, waiting.signal).then(() => undefined)]);
  } finally {
    waiting.abort();
  }
}
