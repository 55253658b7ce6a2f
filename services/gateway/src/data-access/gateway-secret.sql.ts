import { select, type Queryable } from '@pes/store';

const addStatement = { name: 'gateway-add-secret', text: 'insert into gateway_secret (name, sealed) values ($1, $2) on conflict do nothing' };
const findStatement = { name: 'gateway-find-secret', text: 'select sealed from gateway_secret where name = $1' };
const replaceStatement = { name: 'gateway-replace-secret', text: 'update gateway_secret set sealed = $3 where name = $1 and sealed = $2 returning name' };

/** The first one stays. */
export async function addSecret(db: Queryable, name: string, sealed: string): Promise<void> {
  await select(db, addStatement, [name, sealed]);
}

export async function findSecret(db: Queryable, name: string): Promise<string> {
  const [row] = await select<{ sealed: string }>(db, findStatement, [name]);
  if (row === undefined) throw new Error(`there is no secret ${name}`);
  return row.sealed;
}

/** The same secret under another key; false when it was replaced in between. */
export async function replaceSecret(db: Queryable, name: string, sealed: { old: string; new: string }): Promise<boolean> {
  return (await select(db, replaceStatement, [name, sealed.old, sealed.new])).length > 0;
}
