import { fail, ok, type Result } from '@pes/kernel';

/** One line of a CSV file of External IDs. */
export interface ImportRow {
  entityId: string;
  externalId: string | null;
  active?: boolean;
}

export interface RowProblem {
  field: string;
  message: string;
}

const importColumns = { required: ['entityId', 'externalId'], optional: ['active'] } as const;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const truths: Readonly<Record<string, boolean>> = { true: true, yes: true, 1: true, false: false, no: false, 0: false };
const maxExternalId = 200;

/** Complaints about the first line of a file. */
export function headerProblems(header: readonly string[]): RowProblem[] {
  const known: readonly string[] = [...importColumns.required, ...importColumns.optional];
  return [
    ...importColumns.required.filter((name) => !header.includes(name)).map((name) => ({ field: name, message: 'is missing in the first line of the file' })),
    ...header.filter((name) => !known.includes(name)).map((name) => ({ field: name.slice(0, 60), message: `is not a column that is known; known are ${known.join(', ')}` })),
    ...header.filter((name, index) => known.includes(name) && header.indexOf(name) !== index).map((name) => ({ field: name, message: 'is there twice' })),
  ];
}

function complain(wrong: boolean, field: string, message: string): RowProblem[] {
  return wrong ? [{ field, message }] : [];
}

/** An empty externalId takes the External ID away; an empty active leaves it as it is. */
export function readRow(record: Readonly<Record<string, string | undefined>>): Result<ImportRow, RowProblem[]> {
  const cell = (name: string): string => (record[name] ?? '').trim();
  const [entityId, externalId, activeText] = [cell('entityId').toLowerCase(), cell('externalId'), cell('active').toLowerCase()];
  const active = Object.hasOwn(truths, activeText) ? truths[activeText] : undefined;
  const problems = [
    ...complain(!uuid.test(entityId), 'entityId', 'must be the UUID that Pressero shows'),
    ...complain([...externalId].length > maxExternalId, 'externalId', `must have at most ${maxExternalId} characters`),
    ...complain(externalId.includes('\0') || !externalId.isWellFormed(), 'externalId', 'holds a character that cannot be stored'),
    ...complain(activeText !== '' && active === undefined, 'active', 'must be true, false or empty'),
  ];
  return problems.length > 0 ? fail(problems) : ok({ entityId, externalId: externalId === '' ? null : externalId, ...(active !== undefined && { active }) });
}
