import { ok } from '@pes/kernel';
import { checkParams } from '../check-params.ts';
import { listAudit } from '../data-access/audit.sql.ts';
import { groupLetters } from '../data-access/dry-run.sql.ts';
import { countLetters, listLetters } from '../data-access/find-letters.sql.ts';
import { within, type LetterFilter } from '../domain/letter-filter.ts';
import { summarise } from '../domain/dry-run.ts';
import { decodeBody, prettyText } from '../message-body.ts';
import { idOrTail, letterFilter, limit, uuid } from '../param-schemas.ts';
import { findLetter } from './find-letter.ts';
import { maxAnswerBytes, nextOf, operation } from './operation.ts';

interface ListParams { filter?: LetterFilter; after?: string; limit: number }

export const listDlq = operation(checkParams<ListParams>({ filter: letterFilter, after: uuid, limit }), async ({ db }, { filter = {}, after, limit: size }, scope) => {
  const seen = within(scope, filter);
  const [deadLetters, total] = await Promise.all([listLetters(db, seen, after, size), countLetters(db, seen)]);
  return ok({ deadLetters, total, next: nextOf(deadLetters, size) });
});

// Indented and escaped, a body takes up to three times its size in the answer.
const shownShare = 1 / 4;

export const showDlq = operation(checkParams<{ id: string }>({ id: idOrTail }, ['id']), async (gateway, { id }, scope) => {
  const found = await findLetter(gateway, scope, id);
  if (!found.ok) return found;
  const { body, encoding, ...letter } = found.value;
  const bytes = body === null || encoding === null ? undefined : decodeBody(body, encoding);
  const shown = bytes !== undefined && bytes.byteLength <= maxAnswerBytes(gateway) * shownShare ? prettyText(bytes.toString('utf8')) : null;
  const history = await listAudit(gateway.db, scope, { targetId: letter.id }, { after: undefined, limit: 50 });
  return ok({ deadLetter: { ...letter, body: shown, bodyBytes: bytes?.byteLength ?? null }, history });
});

interface DryRunParams { filter: LetterFilter; includeUnknownRisk?: boolean }

const sampleSize = 10;

export const dryRun = operation(
  checkParams<DryRunParams>({ filter: letterFilter, includeUnknownRisk: { type: 'boolean' } }, ['filter']),
  async ({ db }, { filter, includeUnknownRisk = false }, scope) => {
    const open = { ...within(scope, filter), status: 'open' as const };
    const [groups, sample] = await Promise.all([groupLetters(db, open), listLetters(db, open, undefined, sampleSize)]);
    return ok({ ...summarise(groups, includeUnknownRisk), sample });
  },
);
