type Reviver = (key: string, value: unknown) => unknown;

/** Ids of 64 bits keep all their digits, as text. Only a body that has such a number pays for it. */
const exact = ((_key: string, value: unknown, context: { source?: string }) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? context.source : value) as Reviver;

/** The value of a JSON text; undefined when it is none. */
export function readJson(text: string): unknown {
  try {
    return /\d{16}/.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text member by its name in lower case; ShipStation is not consistent about capitals. Undefined when it is empty. */
export function memberOf(value: Record<string, unknown>, lowerName: string): string | undefined {
  for (const [name, text] of Object.entries(value)) {
    if (name.toLowerCase() === lowerName && typeof text === 'string' && text.trim() !== '') return text;
  }
  return undefined;
}

/** An id of ShipStation as digits; undefined for anything else. */
export function idText(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && /^[1-9]\d*$/.test(text) ? text : undefined;
}
