import { newId, ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { checkParams } from '../check-params.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { clearReadModel, lastRebuild, startRebuild, type Rebuild } from '../data-access/rebuild.sql.ts';
import { refuse } from '../domain/refusal.ts';
import { actor } from '../param-schemas.ts';
import { operation } from './operation.ts';

/** Throws the read model away and has it made again; until then lists are short. Goes on by itself, see `read-model.show`. */
export const rebuildReadModel = operation<{ actor: string }, { rebuild: Rebuild }>(checkParams({ actor }, ['actor']), async (gateway, { actor: who }) => {
  const rebuild = await inTransaction(gateway.db, async (client) => {
    const started = await startRebuild(client, newId(), who);
    if (started === undefined) return undefined;
    await clearReadModel(client);
    await writeAudit(client, [{ subscriberId: null, actor: who, action: 'read-model.rebuild', targetKind: 'read-model', targetId: started.rebuildId }]);
    return started;
  });
  return rebuild === undefined ? refuse('conflict', 'a rebuild of the read model is under way: pes read-model show') : ok({ rebuild });
});

export const showReadModel = operation<object, { rebuild: Rebuild | null }>(checkParams<object>({}), async (gateway) => ok({ rebuild: await lastRebuild(gateway.db) ?? null }));
