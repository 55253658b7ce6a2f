import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { accounts, activations } from './accounts.ts';
import { productSettings } from './product-settings.ts';
import type { SimulatorUrls } from './registry-events.ts';
import { sites } from './sites.ts';

interface Published {
  version: number;
  hash: string;
}

/**
 * The version to publish the seed under: the last one while its content is the same, so that a restart changes nothing; else a higher
 * one, which readers take as news. It starts from the clock, because a database from outside may hold what another data folder seeded.
 */
export async function seedVersion(path: string, urls: SimulatorUrls, nowMs: number): Promise<number> {
  const content = JSON.stringify({ sites, accounts, activations, productSettings, urls });
  const hash = createHash('sha256').update(content).digest('hex');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const last: Published = text === undefined ? { version: 0, hash: '' } : (JSON.parse(text) as Published);
  if (last.hash === hash) return last.version;
  const next: Published = { version: Math.max(last.version + 1, Math.floor(nowMs / 1000)), hash };
  await writeFile(`${path}.partial`, `${JSON.stringify(next)}\n`);
  await rename(`${path}.partial`, path);
  return next.version;
}
