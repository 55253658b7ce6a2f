import { streams } from '@pes/contracts';
import type { Gateway } from './gateway.ts';

/**
 * Streams that keep the newest message of each subject are tables: publishing an old message there would replace what is newer.
 * True when the subject has got a message since `publishedAt`.
 */
export async function isOvertaken({ bus }: Gateway, message: { stream: string | null; subject: string; publishedAt: Date }): Promise<boolean> {
  const spec = streams.find(({ name }) => name === message.stream);
  if (spec?.newestPerSubject !== true) return false;
  const newest = await bus.jsm.streams.getMessage(spec.name, { last_by_subj: message.subject });
  return newest !== null && newest.time.getTime() > message.publishedAt.getTime();
}
