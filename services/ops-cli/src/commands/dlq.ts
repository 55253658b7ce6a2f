import type { Command } from 'commander';
import type { Sessions } from '../session.ts';
import { addDlqDiscard } from './dlq-discard.ts';
import { addDlqEdit } from './dlq-edit.ts';
import { addDlqList, addDlqShow } from './dlq-read.ts';
import { addDlqReplay } from './dlq-replay.ts';

export function addDlqCommands(program: Command, sessions: Sessions): void {
  const dlq = program.command('dlq').description('dead letters: pushes out of attempts and messages that nobody can read');
  addDlqList(dlq, sessions);
  addDlqShow(dlq, sessions);
  addDlqReplay(dlq, sessions);
  addDlqDiscard(dlq, sessions);
  addDlqEdit(dlq, sessions);
}
