import { subjects, validator, type AccountCheckReply, type AccountCheckRequest, type InboundCall, type InboundReply } from '@pes/contracts';
import { serveRpc, type Bus } from '@pes/messaging';
import { deriveProviderKeys, open, parseKeyRing } from '@pes/secrets';

/** The connector of acme-press as far as the gateway asks it, played by the test. */
export interface PlayedProvider {
  checks: AccountCheckRequest[];
  calls: InboundCall[];
  check: (credentials: Record<string, unknown>) => AccountCheckReply;
  reply: InboundReply;
  /** Opens what only connectors can open. */
  open(sealed: string, owner: { subscriberId: string; accountId: string }): Record<string, unknown>;
  stop(): Promise<void>;
}

const readCheck = validator('account-check-request');
const readCall = validator('inbound-call');

export function playProvider(bus: Bus, masterKeys: string): PlayedProvider {
  const masters = parseKeyRing(masterKeys);
  if (!masters.ok) throw new Error(masters.error.join());
  const keys = deriveProviderKeys(masters.value, 'acme-press');
  const played: PlayedProvider = {
    checks: [], calls: [], check: () => ({ ok: true, message: 'Acme Press lets us in.' }), reply: { status: 200, contentType: 'text/xml', body: '<ok/>' },
    open(sealed, owner) {
      const opened = open(keys, sealed, { ...owner, provider: 'acme-press' });
      if (!opened.ok) throw new Error(opened.error);
      return { ...opened.value };
    },
    stop: async () => { await Promise.all(servers.splice(0).map((server) => server.stop())); },
  };
  const servers = [
    serveRpc(bus, subjects.providerCheck('acme-press'), async (request) => {
      const read = readCheck(request);
      if (!read.ok) return { ok: false, code: 'schema_violation', message: read.errors.join() };
      played.checks.push(read.value);
      return played.check(played.open(read.value.account.sealedCredentials, read.value.account));
    }),
    serveRpc(bus, subjects.providerInbound('acme-press'), async (request) => {
      const read = readCall(request);
      if (!read.ok) throw new Error(read.errors.join());
      played.calls.push(read.value);
      return played.reply;
    }),
  ];
  return played;
}
