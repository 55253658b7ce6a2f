import { readFile, readdir } from 'node:fs/promises';

const ticksPerSecond = 100;

interface ProcessTimes {
  parent: number;
  cpuMs: number;
}

async function timesOf(pid: number): Promise<ProcessTimes | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name may hold spaces and brackets; the fields that count come after the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond };
}

/** CPU time of each process and of its children so far, in milliseconds; empty where there is no /proc. */
export async function cpuTimes(pids: ReadonlyMap<string, number>): Promise<Map<string, number>> {
  const all = new Map<number, ProcessTimes>();
  for (const name of await readdir('/proc').catch(() => [])) {
    const times = /^\d+$/.test(name) ? await timesOf(Number(name)) : undefined;
    if (times !== undefined) all.set(Number(name), times);
  }
  const total = (pid: number): number => (all.get(pid)?.cpuMs ?? 0)
    + [...all].filter(([, { parent }]) => parent === pid).reduce((sum, [child]) => sum + total(child), 0);
  return new Map([...pids].map(([name, pid]) => [name, total(pid)]));
}

/** Microseconds of CPU an order, by process. */
export function cpuPerOrder(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, orders: number): Record<string, number> {
  return Object.fromEntries([...after].map(([name, ms]) => [name, Math.round(((ms - (before.get(name) ?? 0)) * 1000) / orders)]));
}
