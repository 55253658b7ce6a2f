import pg from 'pg';

const int8 = 20;
const int8Array = 1016;

type GetTypeParser = (oid: number, format?: 'text' | 'binary') => unknown;
const parserOfPg = pg.types.getTypeParser as GetTypeParser;

/**
 * pg hands int8 out as text, because not every one fits a number. Ours are counters, versions and times in ms, which all do:
 * they become numbers, and one that does not fit fails the statement instead of losing digits.
 */
export const parserFor = ((oid, format) => {
  const parse = parserOfPg(oid, format);
  if (format === 'binary') return parse;
  if (oid === int8) return safeInteger;
  if (oid === int8Array) return (text: string) => mapIntegers((parse as (text: string) => unknown)(text));
  return parse;
}) as GetTypeParser as typeof pg.types.getTypeParser;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 value ${text} does not fit a number: select it as text`);
  return value;
}

function mapIntegers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapIntegers);
  return typeof value === 'string' ? safeInteger(value) : value;
}
