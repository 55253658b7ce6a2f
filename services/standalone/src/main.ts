import { parseArguments, usage } from './arguments.ts';
import { chooseDataFolder } from './choose-data-folder.ts';
import { runStandalone } from './run-standalone.ts';
import { reportToConsole } from './supervisor/report.ts';

const parsed = parseArguments(process.argv.slice(2));
if (!parsed.ok) {
  process.stderr.write(`${parsed.error}\n\n${usage}`);
  process.exit(2);
}
if (parsed.value.help) {
  process.stdout.write(usage);
  process.exit(0);
}

const stopping = new AbortController();
// Ctrl-C reaches this process from the terminal and again from a package runner: the first signal counts, the others change nothing.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
// A reader that went away (a closed pipe) is no reason to leave the processes behind.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stopping.abort());

const folder = await chooseDataFolder(parsed.value);
let exitCode = 1;
try {
  exitCode = await runStandalone({
    args: parsed.value, folder, env: process.env, report: reportToConsole, signal: stopping.signal,
    print: (line) => process.stdout.write(`${line}\n`),
  });
} catch (error) {
  if (stopping.signal.aborted) exitCode = 0;
  else reportToConsole(error instanceof Error ? error.message : String(error));
}
if (exitCode === 0) await folder.discard();
else if (folder.isTemporary) reportToConsole(`logs and data stay in ${folder.path}`);
process.exit(exitCode);
