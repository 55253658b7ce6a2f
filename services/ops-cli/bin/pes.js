#!/usr/bin/env node
/**
 * The program is TypeScript that Node runs as it is, from version 24 on. An older Node starts this file all the same, fetches Node 24 once
 * through npm and hands over to it.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';

const neededMajor = 24;
const main = new URL('../src/main.ts', import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= neededMajor) {
  await import(main.href);
} else {
  const args = ['exec', '--yes', `--package=node@${neededMajor}`, '--', 'node', fileURLToPath(main), ...process.argv.slice(2)];
  const child = spawn('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  child.on('error', (error) => {
    process.stderr.write(`pes: this is Node ${process.versions.node} and pes needs Node ${neededMajor} or newer; npm could not fetch it: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code) => { process.exitCode = code ?? 1; });
}
