import { operationFailure } from './failure.ts';
import type { Session } from './session.ts';

/** An account as push-dispatch sees it. */
export interface Account {
  accountId: string;
  subscriberId: string;
  name: string;
  provider: string;
  state: string;
  operatorPaused: boolean;
  waiting: boolean | null;
  pausedUntil: string | null;
  pauseCode: string | null;
  pauseMessage: string | null;
  unsent: number;
  sending: number;
  oldestUnsentAt: string | null;
}

export async function listAccounts(session: Session): Promise<Account[]> {
  return (await session.request<{ accounts: Account[] }>('accounts.list', {})).accounts;
}

/** By id, by the last twelve digits of it, or by name. */
export async function findAccount(session: Session, wanted: string): Promise<Account> {
  const accounts = await listAccounts(session);
  const exact = accounts.filter(({ accountId }) => accountId === wanted);
  const found = exact.length > 0 ? exact : accounts.filter(({ accountId, name }) => accountId.endsWith(`-${wanted}`) || name.toLowerCase() === wanted.toLowerCase());
  const [account, another] = found;
  if (account === undefined) throw operationFailure(`no account is called ${wanted}: pes accounts list shows them`, 'not_found');
  if (another !== undefined) throw operationFailure(`several accounts are called ${wanted}: give the id (${found.map(({ accountId }) => accountId).join(', ')})`, 'ambiguous');
  return account;
}
