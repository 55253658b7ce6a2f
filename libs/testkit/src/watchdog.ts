import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Protocol on the standard input of the shell below, one line each: "watch <pid>" (which process to end; an empty pid for none),
 * "done" (leave without doing anything). The end of the input without "done" means that this Node process died, in whatever way:
 * then the watched process gets SIGINT, after ten seconds SIGKILL, and the temporary folder is removed.
 * A dead process that nobody collects (state Z, usual in containers without an init) counts as ended.
 */
const script = `
trap '' HUP INT TERM
pid=
while read -r word value; do
  case "$word" in
    watch) pid=$value ;;
    done) exit 0 ;;
  esac
done
runs() {
  kill -0 "$pid" 2>/dev/null || return 1
  read -r line 2>/dev/null <"/proc/$pid/stat" || return 0
  case "$line" in *') Z '*) return 1 ;; esac
}
if [ -n "$pid" ]; then
  kill -INT "$pid" 2>/dev/null
  tries=0
  while runs && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
[ -z "$1" ] || rm -rf -- "$1"
`;

export interface Watchdog {
  watch(pid: number | undefined): void;
  release(): void;
}

/**
 * A small process that outlives this one and cleans up after it, because a killed process runs no exit handlers.
 * Sessions of their own keep a Ctrl-C in the terminal from reaching it. It never keeps this process running.
 */
export function startWatchdog(temporaryFolder: string | undefined): Watchdog {
  const child = spawn('/bin/sh', ['-c', script, 'watchdog', temporaryFolder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  child.unref();
  // Typed as a Writable, but the pipe of a child process is a socket.
  if (child.stdin instanceof Socket) child.stdin.unref();
  // Without the watchdog a server can outlive a killed process; that is no reason to fail the process that runs now.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const say = (line: string): void => void child.stdin.write(`${line}\n`);
  return {
    watch: (pid) => say(`watch ${pid ?? ''}`),
    release: () => {
      say('done');
      child.stdin.end();
    },
  };
}
