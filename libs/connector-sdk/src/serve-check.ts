import { createSemaphore, fail, isoTime, ok, type Clock, type Result } from '@pes/kernel';
import { serveRpc, type Bus } from '@pes/messaging';
import type { CheckResult, Connector, Settings } from './connector.ts';
import type { HttpClient } from './http-client.ts';
import { endOfCall } from './end-of-call.ts';
import type { CredentialOpener } from './open-credentials.ts';

/** What the gateway sends to rpc.<provider>.check: the account as it is stored, or as it would be. */
export interface CheckRequest {
  account: { accountId: string; subscriberId: string; settings: Settings; sealedCredentials: string };
}

export interface CheckHost {
  bus: Bus;
  connector: Connector;
  clock: Clock;
  openCredentials: CredentialOpener;
  createClient(options: { signal: AbortSignal }): HttpClient;
}

const checksAtOnce = 8;
const maxCheckMs = 60_000;

function readRequest(request: unknown): Result<CheckRequest['account'], string> {
  const account = typeof request === 'object' && request !== null && 'account' in request ? request.account : undefined;
  if (typeof account !== 'object' || account === null) return fail('the request needs an account');
  const { accountId, subscriberId, settings, sealedCredentials } = account as Partial<Record<string, unknown>>;
  if (typeof accountId !== 'string') return fail('account.accountId must be a text');
  if (typeof subscriberId !== 'string') return fail('account.subscriberId must be a text');
  if (typeof sealedCredentials !== 'string') return fail('account.sealedCredentials must be a text');
  if (typeof settings !== 'object' || settings === null) return fail('account.settings must be an object');
  return ok({ accountId, subscriberId, settings: settings as Settings, sealedCredentials });
}

async function check(request: unknown, host: CheckHost): Promise<CheckResult> {
  const { connector, clock, bus } = host;
  const account = readRequest(request);
  if (!account.ok) return { ok: false, code: 'schema_violation', message: account.error };
  const { accountId, subscriberId, settings, sealedCredentials } = account.value;
  const opened = host.openCredentials(sealedCredentials, { subscriberId, provider: connector.manifest.provider, accountId });
  if (!opened.ok) return { ok: false, code: 'credentials_unreadable', message: `The stored credentials cannot be opened (${opened.error}). Enter them again.` };
  const { credentials, redact } = opened.value;
  const signal = AbortSignal.timeout(Math.min(maxCheckMs, connector.manifest.callTimeoutMs * 2));
  const end = await endOfCall(() => connector.check({ accountId, credentials, settings, clock, signal, http: host.createClient({ signal }) }), signal);
  if (end.kind === 'returned') return { ...end.value, message: redact(end.value.message, 2_000) };
  if (end.kind === 'threw') bus.log.error({ accountId, err: end.error }, 'the check of an account failed');
  return { ok: false, code: 'connector_error', message: `The check did not finish (${isoTime(clock.now())}). Try again; the log of the connector has the details.` };
}

/** Answers rpc.<provider>.check with a CheckResult, whatever happens. */
export function serveCheck(host: CheckHost): { stop(): Promise<void> } {
  const places = createSemaphore(checksAtOnce);
  return serveRpc(host.bus, `rpc.${host.connector.manifest.provider}.check`, (request) => places.run(() => check(request, host)));
}
