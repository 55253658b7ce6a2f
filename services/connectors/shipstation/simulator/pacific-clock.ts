const format = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/Los_Angeles', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
});
let second = NaN;
let text = '';

/** Now in the V1 form: Pacific time, no zone, seven digits of a second. */
export function pacificNow(nowMs = Date.now()): string {
  const current = Math.floor(nowMs / 1000);
  if (current !== second) {
    second = current;
    text = format.format(current * 1000).replace(' ', 'T');
  }
  return `${text}.${String(Math.floor(nowMs) % 1000).padStart(3, '0')}0000`;
}
