import { serveRpc } from '@pes/messaging';
import { refuse } from '../domain/refusal.ts';
import { everySubscriber } from '../domain/scope.ts';
import type { Gateway } from '../gateway.ts';
import { subjectOf, verbs, type Verb } from '../requests.ts';
import { listAccounts, pauseAccount, resumeAccount } from '../requests/accounts.ts';
import { auditList } from '../requests/audit.ts';
import { discardDlq } from '../requests/dlq-discard.ts';
import { dryRun, listDlq, showDlq } from '../requests/dlq-read.ts';
import { republishDlq } from '../requests/dlq-republish.ts';
import { maxAnswerBytes, type Operation } from '../requests/operation.ts';
import { listPushes, resolvePush, retryPushes, showPush } from '../requests/pushes.ts';
import { cancelReplay, listReplay, pauseReplay, resumeReplay, showReplay, startReplay } from '../requests/replays.ts';
import { rebuildReadModel, showReadModel } from '../requests/read-model.ts';
import { showSums } from '../requests/sums.ts';

const operations: Record<Verb, Operation> = {
  'dlq.list': listDlq, 'dlq.show': showDlq, 'dlq.dry-run': dryRun, 'dlq.discard': discardDlq, 'dlq.republish': republishDlq,
  'replay.start': startReplay, 'replay.list': listReplay, 'replay.show': showReplay,
  'replay.pause': pauseReplay, 'replay.resume': resumeReplay, 'replay.cancel': cancelReplay,
  'audit.list': auditList,
  'pushes.list': listPushes, 'pushes.show': showPush, 'pushes.retry': retryPushes, 'pushes.resolve': resolvePush,
  'accounts.list': listAccounts, 'accounts.pause': pauseAccount, 'accounts.resume': resumeAccount,
  'sums.show': showSums,
  'read-model.rebuild': rebuildReadModel, 'read-model.show': showReadModel,
};

async function answer(gateway: Gateway, verb: Verb, params: unknown): Promise<object> {
  try {
    const answered = await operations[verb](gateway, everySubscriber, params);
    const value = answered.ok ? answered.value : answered.error;
    const bytes = Buffer.byteLength(JSON.stringify(value));
    return bytes < maxAnswerBytes(gateway) ? value : refuse('invalid', `the answer of ${bytes} bytes is larger than a NATS message may be: ask for fewer with limit`).error;
  } catch (error) {
    gateway.log.error({ err: error, verb }, 'a request failed');
    return refuse('internal', `${verb} failed inside the gateway; its log says why`).error;
  }
}

/** Replicas share the requests. Whoever may reach these subjects sees all subscribers. */
export function serveRequests(gateway: Gateway): { stop(): Promise<void> } {
  const servers = verbs.map((verb) => serveRpc(gateway.bus, subjectOf(verb), (params) => answer(gateway, verb, params)));
  return { stop: async () => { await Promise.all(servers.map((server) => server.stop())); } };
}
