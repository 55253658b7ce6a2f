import { readFileSync } from 'node:fs';

/**
 * Whether the process exists and is not a dead one (state Z) that its parent has not collected, which keeps answering to signals:
 * usual for orphans in containers whose first process does not collect.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Without the right to signal it, it is there all the same.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return processState(pid) !== 'Z';
}

/** The letter in the third field of /proc/<pid>/stat, behind the name in brackets; undefined where there is no /proc. */
function processState(pid: number): string | undefined {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}
