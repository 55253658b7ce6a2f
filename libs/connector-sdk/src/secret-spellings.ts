/** Below this a text occurs in everything. */
const shortestSecret = 4;
// Every pair of credentials may be user and password of HTTP Basic; more than this many are no login.
const mostInPairs = 8;

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const inXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const allOfXml = (text: string): string => inXml(text).replaceAll('"', '&quot;').replaceAll("'", '&apos;');
const inForm = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');

/** One secret as it may be written into a URL, a form, JSON, XML or an Authorization header. */
function spellings(secret: string): string[] {
  return [secret, encodeURIComponent(secret.toWellFormed()), inForm(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1), inXml(secret), allOfXml(secret), base64(secret), base64(`${secret}:`)];
}

function basicPairs(secrets: readonly string[]): string[] {
  const some = secrets.slice(0, mostInPairs);
  return some.flatMap((user) => some.filter((password) => password !== user).map((password) => base64(`${user}:${password}`)));
}

/**
 * Every spelling of every text in the credentials, longest first, so that a longer one is never left half covered by a shorter one.
 * Texts below four characters are left out: masking them wherever they occur would hide the message. See shortSecrets.
 */
export function secretSpellings(credentials: Record<string, unknown>): string[] {
  const all = stringsOf(credentials);
  const secrets = all.filter((text) => text.length >= shortestSecret);
  const found = new Set([...secrets.flatMap(spellings), ...basicPairs(all)].filter((text) => text.length >= shortestSecret));
  return [...found].sort((a, b) => b.length - a.length);
}

/** The texts too short for that, which are masked only where one stands alone as a value. */
export function shortSecrets(credentials: Record<string, unknown>): string[] {
  return [...new Set(stringsOf(credentials))].filter((text) => text !== '' && text.length < shortestSecret);
}
