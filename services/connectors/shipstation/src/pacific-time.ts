/**
 * ShipStation V1 reads and writes US Pacific wall-clock time without a zone, daylight saving included (V1 docs, requirements). One hour a
 * year comes twice and one is missing; reading settles both the same way every time.
 */
const hourMs = 3_600_000;
const zone = new Intl.DateTimeFormat('en-US', { timeZone: 'America/Los_Angeles', timeZoneName: 'shortOffset' });
// Before 1900 the zone was no whole number of hours; nothing of ours is that old.
const earliestMs = Date.UTC(1900, 0, 1);
const latestMs = Date.UTC(9999, 0, 1);

// Asking Intl costs 5 µs, and the times of orders that come together lie in the same hour. The offset changes on the hour.
let lastHour = NaN;
let lastOffsetMs = NaN;

/** -8 or -7 hours. The name reads "GMT-8". */
function offsetMs(ms: number): number {
  const hour = Math.floor(ms / hourMs);
  if (hour === lastHour) return lastOffsetMs;
  const name = zone.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
  lastOffsetMs = Number(name.slice('GMT'.length)) * hourMs;
  lastHour = hour;
  return lastOffsetMs;
}

/** UTC as ShipStation wants it, such as 2026-01-15T02:30:00.0000000; undefined when the text is no time. */
export function toPacific(utc: string): string | undefined {
  const ms = Date.parse(utc);
  if (!(ms >= earliestMs && ms < latestMs)) return undefined;
  return `${new Date(ms + offsetMs(ms)).toISOString().slice(0, -1)}0000`;
}

/** A calendar day, which has no zone to convert. */
export function dayAsPacific(day: string): string {
  return `${day}T00:00:00.0000000`;
}

const wallClock = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,7}))?)?$/;

/**
 * A time of ShipStation in milliseconds, cut to whole ones; undefined when the text is none. Takes zero to seven digits of a second and
 * plain days. The hour that November repeats counts as its first pass, the hour that March leaves out as one hour later.
 */
export function fromPacific(text: string): number | undefined {
  const [, day, time = '00:00:00', fraction = ''] = wallClock.exec(text) ?? [];
  if (day === undefined) return undefined;
  const written = `${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
  const wallMs = Date.parse(written);
  if (Number.isNaN(wallMs) || new Date(wallMs).toISOString() !== written) return undefined;
  const daylight = wallMs + 7 * hourMs;
  return offsetMs(daylight) === -7 * hourMs ? daylight : wallMs + 8 * hourMs;
}
