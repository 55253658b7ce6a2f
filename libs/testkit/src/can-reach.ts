import type { RunAs } from './run-as.ts';
import { runCommand } from './run-command.ts';

/** Whether the user may enter all folders on the way to each of these paths, read it and execute or enter it. */
export async function canReach(runAs: RunAs | undefined, paths: string[]): Promise<boolean> {
  const test = 'for path; do test -r "$path" && test -x "$path" || exit 1; done';
  return runCommand('/bin/sh', ['-c', test, 'sh', ...paths], { runAs }).then(() => true, () => false);
}
