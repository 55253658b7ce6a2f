import { subjects, validator, type AccountCheckRequest } from '@pes/contracts';
import { isoTime, ok } from '@pes/kernel';
import { callRpc } from '@pes/messaging';
import type { Api } from '../api.ts';
import type { CheckOutcome, SealedAccount } from '../domain/account.ts';
import { refuse, type Answer } from '../domain/refusal.ts';

/** The connector gives up after 60 s. */
const patienceMs = 65_000;

const checkReply = validator('account-check-reply');

/**
 * Has the provider's connector try the account: do the credentials work, is the address right? Refused as `unavailable` when no connector
 * answers, which says nothing about the account.
 */
export async function checkAccount(api: Pick<Api, 'bus' | 'clock'>, account: Pick<SealedAccount, 'accountId' | 'subscriberId' | 'provider' | 'settings' | 'sealedCredentials'>):
Promise<Answer<CheckOutcome>> {
  const { accountId, subscriberId, provider, settings, sealedCredentials } = account;
  const request: AccountCheckRequest = { account: { accountId, subscriberId, settings, sealedCredentials } };
  let answered: unknown;
  try {
    answered = await callRpc(api.bus, subjects.providerCheck(provider), request, patienceMs);
  } catch {
    return refuse('unavailable', `the connector of ${provider} does not answer: is it running?`);
  }
  const reply = checkReply(answered);
  if (!reply.ok) return refuse('unavailable', `the connector of ${provider} gave an answer that cannot be read`);
  const { ok: works, code = null, field = null, message } = reply.value;
  return ok({ ok: works, code, field, message, checkedAt: isoTime(api.clock.now()) });
}
