import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Protocol on the standard input of the shell below, one line each: "watch <pid>", "forget <pid>", "done" (leave without doing anything).
 * The end of the input without "done" means that the supervisor died, in whatever way: then every watched process gets SIGTERM, and
 * after twelve seconds, which is longer than an orderly stop may take, SIGKILL.
 */
const script = `
trap '' HUP INT TERM
pids=
while read -r word value; do
  case "$word" in
    watch) pids="$pids $value" ;;
    forget) rest=; for pid in $pids; do [ "$pid" = "$value" ] || rest="$rest $pid"; done; pids=$rest ;;
    done) exit 0 ;;
  esac
done
runs() {
  kill -0 "$1" 2>/dev/null || return 1
  read -r line 2>/dev/null <"/proc/$1/stat" || return 0
  case "$line" in *') Z '*) return 1 ;; esac
}
for pid in $pids; do kill -TERM "$pid" 2>/dev/null; done
tries=0
while [ "$tries" -lt 120 ]; do
  left=
  for pid in $pids; do runs "$pid" && left="$left $pid"; done
  [ -z "$left" ] && exit 0
  sleep 0.1
  tries=$((tries + 1))
done
for pid in $left; do kill -KILL "$pid" 2>/dev/null; done
`;

export interface OrphanGuard {
  watch(pid: number): void;
  forget(pid: number): void;
  /** Nothing is left to guard. */
  release(): void;
}

/** A small process that outlives the supervisor and ends its children, because a killed process runs no exit handlers. */
export function startOrphanGuard(): OrphanGuard {
  const child = spawn('/bin/sh', ['-c', script, 'orphan-guard'], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  child.unref();
  // Typed as a Writable, but the pipe of a child process is a socket; it must not keep this process running.
  (child.stdin as Socket).unref();
  // Without the guard children may outlive a killed supervisor; that is no reason to fail the one that runs now.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const say = (line: string): void => void child.stdin.write(`${line}\n`);
  return {
    watch: (pid) => say(`watch ${pid}`),
    forget: (pid) => say(`forget ${pid}`),
    release: () => {
      say('done');
      child.stdin.end();
    },
  };
}
