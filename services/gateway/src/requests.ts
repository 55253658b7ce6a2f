/**
 * What the gateway answers over NATS request/reply, until its HTTP API calls the same functions. The subject of a verb is
 * `rpc.gateway.<verb>`; requests and answers are JSON. A request that fails answers `{ error, code }`, see `domain/refusal.ts`.
 */
export const verbs = [
  'dlq.list', 'dlq.show', 'dlq.dry-run', 'dlq.discard', 'dlq.republish',
  'replay.start', 'replay.list', 'replay.show', 'replay.pause', 'replay.resume', 'replay.cancel',
  'audit.list',
  'pushes.list', 'pushes.show', 'pushes.retry', 'pushes.resolve',
  'accounts.list', 'accounts.pause', 'accounts.resume',
  'sums.show',
  'read-model.rebuild', 'read-model.show',
] as const;

export type Verb = (typeof verbs)[number];

export function subjectOf(verb: Verb): string {
  return `rpc.gateway.${verb}`;
}
