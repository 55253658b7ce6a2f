const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** "12s", "7m", "3h", "4d": how long ago, in the largest unit that fits. */
export function age(iso: string | null | undefined, nowMs: number): string {
  if (iso === null || iso === undefined) return '-';
  const ageMs = Math.max(0, nowMs - Date.parse(iso));
  if (ageMs < minuteMs) return `${Math.floor(ageMs / secondMs)}s`;
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)}m`;
  if (ageMs < 2 * dayMs) return `${Math.floor(ageMs / hourMs)}h`;
  return `${Math.floor(ageMs / dayMs)}d`;
}

/** The part of an id that a person can type; every command takes it. */
export function shortId(id: string): string {
  return id.slice(-12);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
