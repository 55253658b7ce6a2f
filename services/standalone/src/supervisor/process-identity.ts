import { existsSync, readFileSync } from 'node:fs';

const systemTellsStarts = existsSync('/proc/self/stat');

/** A process that can be recognised later: process ids are used again, the moment of a start is not. */
export interface ProcessIdentity {
  pid: number;
  /** Ticks between the boot and the start of the process; null where the system does not tell (no /proc), or the process is gone. */
  startTicks: string | null;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTicks: startTicksOf(pid) };
}

/** Whether exactly this process still runs. One that has ended and was not collected yet counts as ended. */
export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  if (systemTellsStarts) return startTicks !== null && startTicksOf(pid) === startTicks;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat; the second field is a name that may hold blanks and brackets. */
function startTicksOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : (rest[18] ?? null);
  } catch {
    return null;
  }
}
