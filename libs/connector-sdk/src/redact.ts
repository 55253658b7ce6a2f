import { secretSpellings, shortSecrets } from './secret-spellings.ts';

/** Text of a provider call, fit to be stored and shown: secrets masked, storable characters only, at most `maxLength` long. */
export type Redact = (text: string, maxLength: number) => string;

export interface RedactOptions {
  credentials: Record<string, unknown>;
  /** Also mask e-mail addresses, phone numbers and streets of customers. */
  personal?: boolean;
}

const mask = '[masked]';

// Found by name, because a provider also hands out secrets that the account does not hold, such as session tokens. The three ways to
// write a value: JSON (also JSON inside a JSON text), XML, form and query. Each alternative moves forward only, so the cost is linear.
const value = String.raw`(\\?"\s*:\s*\\?")((?:[^"\\]|\\[^"])+)|((?:\s[^<>]{0,200})?>\s*)([^<\s][^<]*)|(=)([^&\s"'<>]+)`;
const secretNames = new RegExp(String.raw`((?:passw(?:or)?d|secret|token|api[_-]?key|authorization|credentials?|session_?id|signature)[\w.-]{0,30})(?:${value})`, 'gi');
const personalNames = new RegExp(String.raw`((?:e-?mail|phone|fax|street|address_?(?:line)?_?[123])[\w.-]{0,30})(?:${value})`, 'gi');
const mailAddress = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;
// The query of a file address is what lets anybody fetch the file.
const addressQuery = /(https?:(?:[^\s"'<>?h]|h(?!ttps?:)){3,2000})\?[^\s"'<>]+/g;

function maskNamed(text: string, names: RegExp): string {
  return text.replace(names, (_match: string, name: string, ...rest: Array<string | undefined>) =>
    `${name}${rest[0] ?? rest[2] ?? rest[4] ?? ''}${mask}`);
}

function maskSpellings(text: string, spellings: readonly string[]): string {
  let masked = text;
  // A search that finds nothing costs next to nothing, and nearly all find nothing.
  for (const spelling of spellings) if (masked.includes(spelling)) masked = masked.replaceAll(spelling, mask);
  return masked;
}

/** Finds a short secret as the whole of a value: a JSON text, the text or an attribute of XML, a member of a form or query. Undefined without one. */
function aloneAsValue(secrets: readonly string[]): RegExp | undefined {
  if (secrets.length === 0) return undefined;
  const spelled = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]);
  return new RegExp(`(?<=["'>=])(?:${[...new Set(spelled)].map((text) => RegExp.escape(text)).join('|')})(?=\\\\?["'<&\\r\\n]|$)`, 'g');
}

/** PostgreSQL stores neither NUL nor half a surrogate pair; cutting can make the latter. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/**
 * Makes the masking function of one set of credentials. It is made once per account and used for every text, thousands a second: all
 * steps are linear, and a long text is cut first. The cut leaves as much more than asked for as the longest secret is long, and gives it
 * up after masking, so that no secret survives in part at the edge.
 */
export function createRedactor({ credentials, personal = false }: RedactOptions): Redact {
  const spellings = secretSpellings(credentials);
  const edge = spellings[0]?.length ?? 0;
  const short = aloneAsValue(shortSecrets(credentials));

  function maskAll(text: string): string {
    const spelled = maskSpellings(text, spellings);
    const masked = maskNamed(short === undefined ? spelled : spelled.replace(short, mask), secretNames).replace(addressQuery, `$1?${mask}`);
    return personal ? maskNamed(masked, personalNames).replace(mailAddress, mask) : masked;
  }

  return (text, maxLength) => {
    if (text.length <= maxLength) return storable(maskAll(text)).slice(0, maxLength);
    const masked = maskAll(text.slice(0, maxLength + edge));
    const end = Math.max(0, Math.min(maxLength, masked.length - edge) - 1);
    return `${storable(masked.slice(0, end))}…`;
  };
}

/** The address of a call: like any text, but its query stays readable, since it says what was asked for. */
export function redactUrl(redact: Redact, url: string, maxLength: number): string {
  const [path, ...query] = url.split('?');
  return query.length === 0 ? redact(url, maxLength) : redact(`${path ?? ''} ${query.join('?')}`, maxLength).replace(' ', '?');
}
