import { createHash } from 'node:crypto';
import { eventTypes, subjects, validator, type InboundCall, type InboundReply } from '@pes/contracts';
import { isoTime, newId, ok } from '@pes/kernel';
import { callRpc } from '@pes/messaging';
import { inTransaction } from '@pes/store';
import type { Api } from '../api.ts';
import { findHook } from '../data-access/hooks.sql.ts';
import { lockInbound, storeCall } from '../data-access/inbound-calls.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { tokenFits } from '../domain/hook-token.ts';
import { refuse, type Answer } from '../domain/refusal.ts';

export interface Call {
  provider: string;
  accountId: string;
  token: string;
  headers: Record<string, string>;
  query: string;
  body: Buffer;
}

export type Received = { kind: 'stored'; callId: string } | { kind: 'replied'; reply: InboundReply };

const inboundReply = validator('inbound-reply');
/** Providers that wait for a document give up soon. */
const patienceMs = 25_000;

async function askConnector({ bus }: Api, call: InboundCall): Promise<Answer<InboundReply>> {
  try {
    const reply = inboundReply(await callRpc(bus, subjects.providerInbound(call.provider), call, patienceMs));
    if (reply.ok) return ok(reply.value);
    return refuse('unavailable', `the connector of ${call.provider} gave an answer that cannot be passed on`);
  } catch {
    return refuse('unavailable', `the connector of ${call.provider} does not answer: send it again`);
  }
}

/** The call and its message are committed together, before anybody is answered. A repeat finds the first one and is not published again. */
async function keep(api: Api, call: InboundCall): Promise<InboundCall> {
  const { account: { accountId, subscriberId }, provider, headers, query, body } = call;
  const bodyHash = createHash('sha256').update(query).update('\0').update(body).digest('hex');
  return inTransaction(api.db, async (client) => {
    await lockInbound(client, accountId);
    const stored = await storeCall(client, { callId: call.callId, accountId, subscriberId, provider, bodyHash, headers, query, body });
    const kept: InboundCall = { ...call, callId: stored.callId, receivedAt: isoTime(stored.receivedAt.getTime()) };
    if (stored.fresh) await addToOutbox(client, [{ id: stored.callId, subject: subjects.workInbound(provider, accountId), type: eventTypes.workInbound, source: 'gateway', data: JSON.stringify(kept) }]);
    return kept;
  });
}

/**
 * Takes a call of a provider. An unknown account, a provider that makes no calls and a wrong token are the same: nothing is there. Where
 * the provider wants a document back, its connector writes it now, and gets the call once more as work, in case nobody answered.
 */
export async function receiveCall(api: Api, { provider, accountId, token, headers, query, body }: Call): Promise<Answer<Received>> {
  const [account, known] = await Promise.all([findHook(api.db, provider, accountId), api.providers.find(provider)]);
  const fits = tokenFits(token, account?.tokenHash);
  if (!fits || account === undefined || known === undefined || known.manifest.inbound === 'none') return refuse('not_found', 'there is no such hook: copy its address from the account again');
  const { subscriberId, settings, sealedCredentials, version } = account;
  const call = await keep(api, {
    callId: newId(), provider, account: { accountId, subscriberId, settings, sealedCredentials, version }, receivedAt: isoTime(api.clock.now()), headers, query, body: body.toString('base64'),
  });
  api.wakeOutbox();
  if (known.manifest.inbound === 'hook') return ok({ kind: 'stored', callId: call.callId });
  const reply = await askConnector(api, call);
  return reply.ok ? ok({ kind: 'replied', reply: reply.value }) : reply;
}
