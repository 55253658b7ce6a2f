/**
 * Two questions about a failed statement, answered from SQLSTATE and Node codes:
 * is the data at fault (set the item aside, the rest may pass), or the connection (wait, then do the same again)?
 * Neither means a bug, a lock or a timeout.
 */

/** 54000 covers what is too large for an index or a type. Its neighbours in class 54 are faults of the statement. */
const dataClasses = ['22', '23'];
const dataStates = new Set(['54000']);

/** 08 connection exception, 53 insufficient resources (disk, memory, connections). */
const connectionClasses = ['08', '53'];
/** Shutdown, crash, starting up, database dropped, idle session, idle in transaction: the server ends the session with each. */
const connectionStates = new Set(['57P01', '57P02', '57P03', '57P04', '57P05', '25P03']);

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** pg and pg-pool report these without a code. */
const connectionMessages = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
];

/** The values were refused (too long, malformed, duplicate, broken reference): the same data will be refused again. */
export function isDataError(error: unknown): boolean {
  return someInChain(error, ({ code }) => isSqlState(code) && (dataClasses.includes(code.slice(0, 2)) || dataStates.has(code)));
}

/** The statement did not get through or its answer did not come back. A reconnect may cure it; a write may have been applied. */
export function isConnectionError(error: unknown): boolean {
  return someInChain(error, ({ code, message, syscall }) => {
    if (code !== undefined && networkCodes.has(code)) return true;
    if (code === 'ENOENT' && syscall === 'connect') return true;
    if (isSqlState(code)) return connectionClasses.includes(code.slice(0, 2)) || connectionStates.has(code);
    return connectionMessages.some((start) => message.startsWith(start));
  });
}

interface ErrorFacts {
  code: string | undefined;
  message: string;
  syscall: string | undefined;
}

function isSqlState(code: string | undefined): code is string {
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code);
}

/** Looks at the error and its causes, so that a wrapped one keeps its class. Asks for the shape: instanceof misses errors of another realm. */
function someInChain(error: unknown, matches: (facts: ErrorFacts) => boolean): boolean {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth += 1) {
    const { code, message, syscall, cause } = current as Record<string, unknown>;
    if (matches({ code: asText(code), message: asText(message) ?? '', syscall: asText(syscall) })) return true;
    current = cause;
  }
  return false;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
