/**
 * Finds nats-server before the specs start, and fetches it when the machine has none. That can take minutes on a slow line, which no hook of a
 * spec would wait for; and when it cannot be had, one clear error is better than one in every spec.
 */
import { findNatsServer } from '@pes/testkit';

try {
  await findNatsServer();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
