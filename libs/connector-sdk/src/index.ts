export type {
  BulkOutcome, BulkPush, CallContext, CheckResult, Connector, ConnectorManifest, EarlierAttempts, LookupResult, PushItem, PushOrder, PushOutcome, RateReport, Settings,
} from './connector.ts';
export type { HttpAnswer, HttpClient, HttpFailure, HttpRequest } from './http-client.ts';
export { accepted, blocked, duplicate, outcomeOfFailure, rejected, retry, retryAfterMs, shorten, unknown } from './outcomes.ts';
export { createHttpClient, type Call, type HttpClientOptions } from './create-http-client.ts';
export { createOutboundAgent, type OutboundAgent, type OutboundAgentOptions } from './outbound-agent.ts';
export { createEgressGuard, type AddressRule, type EgressGuard, type EgressGuardOptions, type EgressTarget } from './egress-guard.ts';
export { parseEgressAllow, type EgressAllowList } from './egress-allow-list.ts';
export { startConnectorHost, type ConnectorHost, type ConnectorHostOptions } from './connector-host.ts';
export { createConnectorMetrics, type ConnectorMetrics } from './connector-metrics.ts';
export { createCredentialOpener, type CredentialOpener, type OpenedCredentials } from './open-credentials.ts';
export { createRedactor, type Redact, type RedactOptions } from './redact.ts';
export { runConnector } from './run-connector.ts';
export type { CheckRequest } from './serve-check.ts';
export { lastCallMs, planAttempt, type Plan } from './plan-attempt.ts';
export { dateNextLook, notStarted, settleLookup } from './settle-lookup.ts';
export type { BreakerSettings } from './breaker.ts';
