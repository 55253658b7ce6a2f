import type { PushResult } from '@pes/contracts';

// Cut in steps until it fits; the last one leaves hardly more than the addresses.
const bodyLengths = [5_000, 1_000, 200, 0];

function cut(text: string | null, maxLength: number): string | null {
  return text === null || text.length <= maxLength ? text : `${text.slice(0, Math.max(0, maxLength - 1)).toWellFormed()}…`;
}

function withShortBodies(result: PushResult, maxLength: number): PushResult {
  const exchanges = result.exchanges.map((exchange) => ({
    ...exchange, requestBody: cut(exchange.requestBody, maxLength), responseBody: cut(exchange.responseBody, maxLength),
  }));
  return { ...result, exchanges };
}

/** The result as JSON of at most `maxBytes`: twenty calls of an order can be longer than the broker takes, and the outcome matters more. */
export function resultText(result: PushResult, maxBytes: number): string {
  let text = JSON.stringify(result);
  for (const maxLength of bodyLengths) {
    // No character takes more than three bytes for each of its code units, so most texts need no count.
    if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
    text = JSON.stringify(withShortBodies(result, maxLength));
  }
  return text;
}
