import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addToNatsCache } from './nats-cache.ts';
import { runCommand } from './run-command.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** The variant without an operating system: one statically linked binary, at this place. */
const image = 'nats:2';
const binaryInImage = '/nats-server';

const pullLimitMs = 180_000;

/**
 * Copies the binary out of the image and runs it without Docker: a container cannot be killed by the process id of its client,
 * and on the network of the host it would need rights. Only for Linux, whose binary it is. Throws with the reason when it does not work.
 */
export async function copyFromDockerImage(): Promise<string> {
  if (process.platform !== 'linux') throw new Error('Docker: its image holds a binary for Linux only');
  const folder = await createTemporaryFolder('docker');
  try {
    const container = (await runCommand('docker', ['create', image], { timeoutMs: pullLimitMs })).trim();
    const binary = join(folder, 'nats-server');
    await runCommand('docker', ['cp', `${container}:${binaryInImage}`, binary], { timeoutMs: pullLimitMs }).finally(() =>
      runCommand('docker', ['rm', container], { timeoutMs: pullLimitMs }),
    );
    return await addToNatsCache(binary);
  } catch (error) {
    throw new Error(`Docker: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
