/**
 * Puts the search path into the connection's startup options, so that it holds from the first statement without a round trip.
 * Options that the address already has are kept.
 */
export function withSearchPath(url: string, schema: string): string {
  return withOptions(url, `-c search_path=${quoteForOptions(schema)}`);
}

/** Adds startup options to an address. */
export function withOptions(url: string, wanted: string): string {
  const address = new URL(url);
  const present = address.searchParams.get('options');
  address.searchParams.set('options', present === null ? wanted : `${present} ${wanted}`);
  return address.toString();
}

/** Startup options are split at blanks, and a backslash escapes the next character. */
function quoteForOptions(schema: string): string {
  return `"${schema.replaceAll('"', '""')}"`.replaceAll(/([\\\s])/g, String.raw`\$1`);
}
