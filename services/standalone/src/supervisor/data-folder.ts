import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where everything of one instance is kept. */
export interface DataFolder {
  root: string;
  logs: string;
  /** Files that live only as long as the processes. */
  run: string;
  postgres: string;
  nats: string;
  simulators: string;
  /** Node's compiled code, so that a process that was killed is back sooner. */
  compileCache: string;
  file(name: DataFile): string;
}

const files = {
  marker: 'pes-standalone.json',
  lock: 'supervisor.lock',
  secrets: 'secrets.json',
  processes: 'processes.json',
  ports: 'ports.json',
  seed: 'seed.json',
  orders: 'orders.jsonl',
} as const;

type DataFile = keyof typeof files;

const folders = ['logs', 'run', 'postgres', 'nats', 'simulators', 'compile-cache'] as const;

export function dataFolder(root: string): DataFolder {
  const [logs, run, postgres, nats, simulators, compileCache] = folders.map((name) => join(root, name)) as [string, string, string, string, string, string];
  return { root, logs, run, postgres, nats, simulators, compileCache, file: (name) => join(root, files[name]) };
}

/**
 * Creates the folder, or accepts one that an earlier start made. Throws on a folder with other people's files in it.
 * Readable for others down to the data of PostgreSQL, which runs as another user where this process runs as root; secrets have mode 600.
 */
export async function prepareDataFolder(folder: DataFolder): Promise<void> {
  await mkdir(folder.root, { recursive: true, mode: 0o711 });
  const present = await readdir(folder.root);
  const ours = await access(folder.file('marker')).then(() => true, () => false);
  if (!ours && present.length > 0) {
    throw new Error(`the data folder ${folder.root} holds other files: name an empty or a new folder with --data`);
  }
  if (!ours) await writeFile(folder.file('marker'), `${JSON.stringify({ purpose: 'data of pressero embedded services, standalone' })}\n`);
  for (const name of ['logs', 'run', 'simulators'] as const) await mkdir(folder[name], { recursive: true, mode: 0o700 });
}

/** Removes what earlier starts left, and nothing else. The lock stays: the caller holds it. */
export async function wipeDataFolder(folder: DataFolder): Promise<void> {
  const kept: readonly string[] = [files.marker, files.lock];
  const wiped = [...folders, ...Object.values(files).filter((name) => !kept.includes(name))];
  for (const name of wiped) await rm(join(folder.root, name), { recursive: true, force: true });
}
