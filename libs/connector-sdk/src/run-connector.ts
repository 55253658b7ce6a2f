import { connectBus, ensureTopology, topologyOf } from '@pes/messaging';
import { parseProviderKeys } from '@pes/secrets';
import { runService, type Config, type ServiceContext } from '@pes/service-kit';
import type { Connector } from './connector.ts';
import { connectorConfigSchema } from './connector-config.ts';
import { startConnectorHost } from './connector-host.ts';
import { createConnectorMetrics } from './connector-metrics.ts';
import { parseEgressAllow } from './egress-allow-list.ts';
import { createEgressGuard } from './egress-guard.ts';
import { createCredentialOpener } from './open-credentials.ts';
import { createOutboundAgent } from './outbound-agent.ts';

type Context = ServiceContext<Config<typeof connectorConfigSchema>>;

// Of the ten seconds that a service has to stop: a second for the open pull, two for the last outcomes, the rest for running calls.
const callPatienceMs = 5_500;

async function start(connector: Connector, { config, log, metrics, onStop, addReadiness }: Context): Promise<void> {
  const { provider } = connector.manifest;
  const keys = parseProviderKeys(config.CREDENTIAL_KEYS, provider);
  if (!keys.ok) throw new Error(`CREDENTIAL_KEYS: ${keys.error.join('; ')}`);
  const allow = parseEgressAllow(config.EGRESS_ALLOW);
  if (!allow.ok) throw new Error(allow.error.join('; '));

  const agent = createOutboundAgent({
    guard: createEgressGuard({ allow: allow.value, ports: config.EGRESS_PORTS.split(',').map(Number) }),
    connectionsPerOrigin: config.CONNECTIONS_PER_ADDRESS,
  });
  onStop('outbound connections', () => agent.close());
  const bus = await connectBus({ servers: config.NATS_URL, name: `connector-${provider}`, log });
  onStop('bus', () => bus.close());
  if (config.CREATE_STREAMS) await ensureTopology(bus, topologyOf(config));

  const host = startConnectorHost({
    connector, bus, agent,
    openCredentials: createCredentialOpener(keys.value, { personal: config.MASK_PERSONAL_DATA }),
    metrics: createConnectorMetrics(metrics, provider),
    callsPerAccount: config.CALLS_PER_ACCOUNT, messagesAtOnce: config.MESSAGES_AT_ONCE, maxAnswerBytes: config.MAX_ANSWER_MB * 1024 * 1024,
    breaker: {
      minCalls: config.BREAKER_MIN_CALLS, failurePercent: config.BREAKER_FAILURE_PERCENT,
      windowMs: config.BREAKER_WINDOW_SECONDS * 1_000, openMs: config.BREAKER_OPEN_SECONDS * 1_000,
    },
  });
  onStop('connector', () => host.stop(callPatienceMs));
  addReadiness('manifest', () => host.isManifestPublished() || 'the manifest is not published yet');
  addReadiness('nats', () => (bus.nc.isClosed() ? 'the connection is closed' : true));
}

/** Runs a connector as this process: `await runConnector(myConnector)` is all of its main.ts. Settings: see connectorConfigSchema. */
export async function runConnector(connector: Connector): Promise<void> {
  await runService({ name: `connector-${connector.manifest.provider}`, configSchema: connectorConfigSchema, start: (context) => start(connector, context) });
}
