export type {
  CallContext, CheckResult, Connector, ConnectorManifest, EarlierAttempts, LookupResult, PushItem, PushOrder, PushOutcome, Settings,
} from './connector.ts';
export type { HttpAnswer, HttpClient, HttpFailure, HttpRequest } from './http-client.ts';
export { accepted, blocked, duplicate, outcomeOfFailure, rejected, retry, retryAfterMs, shorten, unknown } from './outcomes.ts';
