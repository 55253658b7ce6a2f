import { consumers, validator, type AccountCommand, type PushCommand } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { consumeBatches, decodeJson, type Consumption, type Decoded, type RawMessage } from '@pes/messaging';
import { isDataError } from '@pes/store';
import { applyPushCommands, setOperatorPause } from '../data-access/apply-commands.sql.ts';
import { registryBehind } from '../data-access/registry-seen.sql.ts';
import { requeueBlocked } from '../data-access/requeue-pushes.sql.ts';
import type { Dispatch } from '../dispatch.ts';
import { rowEvents } from '../domain/push-change.ts';

type Command = { kind: 'push'; value: PushCommand } | { kind: 'account'; value: AccountCommand } | { kind: 'other'; value: null };

const decodePush = decodeJson(validator('push-command'));
const decodeAccount = decodeJson(validator('account-command'));

function decode(message: RawMessage): Decoded<Command> {
  const [, kind, subscriberId] = message.subject.split('.');
  if (kind !== 'push' && kind !== 'account') return { ok: true, value: { kind: 'other', value: null } };
  const decoded = kind === 'push' ? decodePush(message) : decodeAccount(message);
  if (!decoded.ok) return decoded;
  if (decoded.value.subscriberId !== subscriberId) {
    return { ok: false, code: 'subject_mismatch', errors: [`/subscriberId is ${decoded.value.subscriberId}, the subject says ${subscriberId ?? 'nothing'}`] };
  }
  return { ok: true, value: { kind, value: decoded.value } as Command };
}

async function applyAccountCommands(dispatch: Dispatch, commands: readonly AccountCommand[]): Promise<void> {
  const changed = await setOperatorPause(dispatch.db, commands.map(({ accountId, subscriberId, action, actor, note }) => ({
    accountId, subscriberId, pause: action === 'pause', message: `${action === 'pause' ? 'Paused' : 'Resumed'} by ${actor}${note === undefined ? '.' : `: ${note}`}`,
  })));
  const resumed = changed.filter((row) => !row.pause).map((row) => row.account_id);
  const rows = await requeueBlocked(dispatch.db, resumed);
  dispatch.wake(resumed);
  await dispatch.integration.publish(rowEvents(rows));
}

const registryPatienceMs = 3_000;
const registryPollMs = 50;

/**
 * Whoever gave a command saw the registry in some version; acting on an older copy could send by a setting that was just changed. Bounded:
 * a version of which nothing is announced must not hold up the commands of everybody.
 */
async function untilRegistryIsSeen({ db, clock, log }: Dispatch, commands: readonly Command[]): Promise<void> {
  const wanted = commands.flatMap(({ kind, value }) => (kind === 'other' || value.registryVersion === undefined ? [] : [{ subscriberId: value.subscriberId, version: value.registryVersion }]));
  const deadline = clock.now() + registryPatienceMs;
  for (let behind = await registryBehind(db, wanted); behind.length > 0; behind = await registryBehind(db, wanted)) {
    if (clock.now() > deadline) return log.warn({ subscribers: behind }, 'commands go on without the registry version that they were given under');
    await sleep(registryPollMs);
  }
}

async function handleCommands(dispatch: Dispatch, commands: readonly Command[]): Promise<void> {
  await untilRegistryIsSeen(dispatch, commands);
  const pushCommands = commands.flatMap((command) => (command.kind === 'push' ? [command.value] : []));
  const accountCommands = commands.flatMap((command) => (command.kind === 'account' ? [command.value] : []));
  if (pushCommands.length > 0) {
    const rows = await applyPushCommands(dispatch.db, pushCommands);
    dispatch.wake(rows.map((row) => row.account_id));
    await dispatch.integration.publish(rowEvents(rows));
  }
  if (accountCommands.length > 0) await applyAccountCommands(dispatch, accountCommands);
}

/** What people and replay jobs decide about pushes and accounts. */
export function consumeCommands(dispatch: Dispatch): Consumption {
  return consumeBatches<Command>(dispatch.bus, {
    consumer: consumers.dispatchCommands,
    decode,
    isDataError,
    maxBatch: 50,
    maxWaitMs: 2,
    // In order: pause and resume of one account must not overtake one another.
    maxFlushes: 1,
    handle: (batch) => handleCommands(dispatch, batch.map(({ value }) => value)),
    onDead: (code) => dispatch.metrics.dead.inc({ consumer: consumers.dispatchCommands.durable, code }),
  });
}
