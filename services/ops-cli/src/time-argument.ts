import { InvalidArgumentError } from 'commander';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "2h" (that long ago) or a time → ISO UTC. A date without a time begins at midnight UTC. */
export function parseTime(text: string, nowMs: number): string {
  const ago = /^(\d+)([smhd])$/.exec(text);
  const unit = units[ago?.[2] ?? ''];
  if (ago !== null && unit !== undefined) return new Date(nowMs - Number(ago[1]) * unit).toISOString();
  const atMs = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError('Give how long ago (30m, 2h, 3d) or a time (2026-05-04, 2026-05-04T08:00:00Z).');
  return new Date(atMs).toISOString();
}

/** A whole number between two bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** For options that may be given more than once. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
