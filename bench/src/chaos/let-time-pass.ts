import { sleep } from '@pes/kernel';
import { select, type Pool } from '@pes/store';

/**
 * Site Flow may show an order up to a quarter of an hour after its submission, so one that was under way when something broke is asked for
 * that long before it is sent again; failed sends wait for minutes too. Here that time passes in moments: what has rested for three seconds
 * is a quarter of an hour older and due.
 */
const letTimePass = {
  name: 'chaos-let-time-pass',
  text: `update push set run_at = now(), first_sent_at = first_sent_at - interval '16 minutes'
    where state in ('checking', 'retrying') and run_at > now() and updated_at < now() - interval '3 seconds'`,
};

const everyMs = 3_000;

/** Does the work while time passes. */
export async function whileTimePasses<T>(dispatch: Pool, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const passing = (async () => {
    while (!done.signal.aborted) {
      await sleep(everyMs, done.signal);
      await select(dispatch, letTimePass).catch(() => undefined);
    }
  })();
  try {
    return await work();
  } finally {
    done.abort();
    await passing;
  }
}
