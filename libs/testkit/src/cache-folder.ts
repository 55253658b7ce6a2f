import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads and the PostgreSQL template are kept between runs. Safe to delete while nothing runs. */
export function cacheFolder(): string {
  const xdgCache = process.env['XDG_CACHE_HOME'];
  // The XDG specification says to ignore a relative path.
  const root = xdgCache?.startsWith('/') === true ? xdgCache : join(homedir(), '.cache');
  return join(root, 'pressero-embedded-services');
}
