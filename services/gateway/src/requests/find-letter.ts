import { ok } from '@pes/kernel';
import { findLetters, type StoredLetter } from '../data-access/find-letters.sql.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import type { Scope } from '../domain/scope.ts';
import type { Gateway } from '../gateway.ts';

/** One dead letter by its id or its last twelve digits. */
export async function findLetter({ db }: Gateway, scope: Scope, id: string): Promise<Answer<StoredLetter>> {
  const [letter, another] = await findLetters(db, scope, [id]);
  if (letter === undefined) return refuse('not_found', `there is no dead letter ${id}`);
  if (another !== undefined) return refuse('ambiguous', `several dead letters end with ${id}: give the whole id`);
  return ok(letter);
}
