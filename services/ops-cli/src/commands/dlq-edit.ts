import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Failure, operationFailure, usageFailure } from '../failure.ts';
import { shortId } from '../output/text.ts';
import type { Session, Sessions } from '../session.ts';

interface Preview { id: string; subject: string; diff: string; valid: boolean; errors: string[] }
interface EditOptions { file?: string; note?: string; yes?: boolean }

async function readEdited(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw usageFailure(`--file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Lets the person edit the body, and keeps what was written for another try. */
async function editByHand(session: Session, id: string): Promise<{ text: string; path: string }> {
  if (!session.terminal.interactive) throw usageFailure('there is no terminal to edit at: give the edited message with --file <path>.');
  const { deadLetter } = await session.request<{ deadLetter: { body: string | null; kind: string } }>('dlq.show', { id });
  if (deadLetter.kind === 'push') throw operationFailure(`${id} is a push: use pes dlq replay ${id}`, 'conflict');
  if (deadLetter.body === null) throw operationFailure('the message is too large to be edited here', 'conflict');
  const folder = await mkdtemp(join(tmpdir(), 'pes-edit-'));
  const path = join(folder, `${shortId(id)}.json`);
  await writeFile(path, `${deadLetter.body}\n`, { mode: 0o600 });
  await session.terminal.edit(path);
  return { text: await readFile(path, 'utf8'), path };
}

async function edit(session: Session, id: string, options: EditOptions): Promise<void> {
  const edited = options.file === undefined ? await editByHand(session, id) : { text: await readEdited(options.file), path: options.file };
  const preview = await session.request<Preview>('dlq.republish', { id, body: edited.text, preview: true });
  session.terminal.err(preview.diff === '' ? 'Nothing was changed.\n' : preview.diff);
  if (!preview.valid) {
    const message = `the message would still not be read. Correct ${edited.path} and run: pes dlq edit ${id} --file ${edited.path}`;
    throw new Failure(message, { exitCode: 1, code: 'unreadable', details: preview.errors });
  }
  await session.confirm(`Publish it to ${preview.subject}?`, options.yes);
  const done = await session.request<{ eventId: string; subject: string }>('dlq.republish', {
    id, body: edited.text, actor: session.actor, ...(options.note !== undefined && { note: options.note }),
  });
  session.print(done, () => `Published to ${done.subject} as event ${done.eventId}.\n`);
  if (options.file === undefined) await rm(join(edited.path, '..'), { recursive: true, force: true });
}

export function addDlqEdit(dlq: Command, sessions: Sessions): void {
  dlq.command('edit').description('correct a message that nobody can read: shows the difference, asks, publishes it to its subject').argument('<id>', 'as the list shows it')
    .option('--file <path>', 'the corrected message, instead of an editor')
    .option('--note <text>', 'for the audit log')
    .option('--yes', 'do not ask')
    .action((id: string, options: EditOptions, command: Command) => edit(sessions.of(command), id, options));
}
