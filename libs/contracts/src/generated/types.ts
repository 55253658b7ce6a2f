/* Generated from schemas/*.json by scripts/generate-types.ts. Do not edit. */

/**
 * What happened to one order at the provider. The connector says what it saw; push-dispatch decides what follows.
 */
export type PushOutcome = Accepted | Duplicate | Rejected | Retry | Unknown | Blocked;

export interface AllContracts {
  'access-check-reply'?: AccessCheckReply;
  'access-check-request'?: AccessCheckRequest;
  'account-check-reply'?: AccountCheckReply;
  'account-check-request'?: AccountCheckRequest;
  'account-command'?: AccountCommand;
  address?: Address;
  'connector-manifest'?: ConnectorManifest;
  'dead-letter'?: DeadLetter;
  'dead-push'?: DeadPush;
  'decision-query'?: DecisionQuery;
  'dispatch-known-reply'?: DispatchKnownReply;
  'dispatch-known-request'?: DispatchKnownRequest;
  'inbound-call'?: InboundCall;
  'inbound-reply'?: InboundReply;
  'order-decided'?: OrderDecided;
  'order-snapshot'?: OrderSnapshot;
  'pressero-order-event'?: PresseroOrderEvent;
  'push-changed'?: PushChanged;
  'push-command'?: PushCommand;
  'push-detail-request'?: PushDetailRequest;
  'push-outcome'?: PushOutcomes;
  'push-query'?: PushQuery;
  'push-work'?: PushWork;
  'redecide-request'?: RedecideRequest;
  'registry-account'?: RegistryAccount;
  'registry-activation'?: RegistryActivation;
  'registry-entity'?: RegistryEntity;
  'registry-site'?: RegistrySite;
}
/**
 * Answer of rpc.pressero.check-access.
 */
export interface AccessCheckReply {
  ok: boolean;
  /**
   * Names the Pressero user and what is out of reach
   */
  message: string;
}
/**
 * rpc.pressero.check-access: does the admin user of an account reach this site and its products in Pressero?
 */
export interface AccessCheckRequest {
  /**
   * Subscriber
   */
  subscriberId: string;
  /**
   * Site
   */
  siteId: string;
  adminUser: string;
}
/**
 * Answer of rpc.<provider>.check.
 */
export interface AccountCheckReply {
  ok: boolean;
  code?: string;
  /**
   * The credential or setting that is wrong, where the provider tells
   */
  field?: string;
  message: string;
}
/**
 * rpc.<provider>.check: the account as it is stored, or as it would be.
 */
export interface AccountCheckRequest {
  account: CheckedAccount;
}
export interface CheckedAccount {
  /**
   * Account
   */
  accountId: string;
  /**
   * Subscriber
   */
  subscriberId: string;
  settings: {
    [k: string]: unknown;
  };
  sealedCredentials: string;
}
/**
 * command.account.<subscriber>: an operator stops or continues an account.
 */
export interface AccountCommand {
  commandId: string;
  /**
   * Subscriber
   */
  subscriberId: string;
  /**
   * Account
   */
  accountId: string;
  /**
   * pause: keep the queue, send nothing; resume: go on, also after refused credentials
   */
  action: 'pause' | 'resume';
  note?: string;
  actor: string;
  at: string;
  /**
   * Version of the registry of this subscriber under which it was asked for; a reader whose copy is older waits for it
   */
  registryVersion?: number;
}
/**
 * A postal address. Left-out members mean that the storefront has no value.
 */
export interface Address {
  name: string;
  company?: string;
  street1: string;
  street2?: string;
  street3?: string;
  city: string;
  state?: string;
  postalCode?: string;
  /**
   * ISO 3166-1 alpha-2
   */
  country: string;
  phone?: string;
  email?: string;
}
/**
 * connector.manifest.<provider>: everything the rest of the system knows about a provider.
 */
export interface ConnectorManifest {
  provider: string;
  displayName: string;
  version: string;
  experimental: boolean;
  capabilities: Capabilities;
  /**
   * How the provider lets us repeat a send: key: same key, same order; natural-key: a repeat is refused or detectable; lookup: our reference can be searched; none: an unclear send goes to a person
   */
  idempotency: 'key' | 'natural-key' | 'lookup' | 'none';
  /**
   * How long an accepted order may stay invisible to lookup
   */
  visibilityDelayMs: number;
  rateLimit: RateLimit;
  /**
   * Orders of one account that may be at the connector at once
   */
  maxInFlight: number;
  ordersPerMessage: number;
  callTimeoutMs: number;
  reference: ReferenceRules;
  mappings: RequiredMapping[];
  schemas: SettingsSchemas;
  statuses: StatusName[];
  inbound: 'none' | 'hook' | 'sync-reply';
}
export interface Capabilities {
  push: boolean;
  lookup: boolean;
  status: boolean;
  automaticStatus: boolean;
  products: boolean;
  categories: boolean;
  cancel: boolean;
}
export interface RateLimit {
  requests: number;
  perSeconds: number;
  /**
   * Requests that one order takes, or one call for several orders
   */
  requestsPerPush: number;
  /**
   * Orders that were never sent before and share one call; 1 when left out. Orders that are looked up or sent again go alone
   */
  ordersPerRequest?: number;
  /**
   * Account setting that overrides requests
   */
  accountSetting?: string;
}
export interface ReferenceRules {
  maxLength: number;
  /**
   * Regular expression of one allowed character
   */
  allowed: string;
  itemSeparator: string;
}
export interface RequiredMapping {
  entity: 'product' | 'user' | 'shipping-method';
  /**
   * What the provider calls it, used in sentences: Site Flow SKU
   */
  label: string;
  required: boolean;
  /**
   * integration-id: when no External ID is set, the shared Integration ID counts
   */
  fallback?: 'none' | 'integration-id';
  /**
   * Site setting that maps shipping method ids or names to provider values (shipping-method only)
   */
  siteSetting?: string;
  /**
   * Account setting used when nothing is mapped (shipping-method only)
   */
  accountFallback?: string;
  /**
   * The entity's Active box must be ticked for this account
   */
  mustBeActive?: boolean;
  /**
   * Where to go: Open the product, Embedded Services tab.
   */
  fix: string;
}
/**
 * JSON Schemas; x-secret marks a secret field. An empty schema object means that there are no such settings.
 */
export interface SettingsSchemas {
  credentials: {
    [k: string]: unknown;
  };
  accountSettings: {
    [k: string]: unknown;
  };
  siteSettings: {
    [k: string]: unknown;
  };
  productSettings: {
    [k: string]: unknown;
  };
  categorySettings: {
    [k: string]: unknown;
  };
  userSettings: {
    [k: string]: unknown;
  };
}
export interface StatusName {
  raw: string;
  neutral:
    | 'received'
    | 'in-production'
    | 'on-hold'
    | 'ready-to-ship'
    | 'partly-shipped'
    | 'shipped'
    | 'complete'
    | 'cancelled'
    | 'error';
  terminal: boolean;
}
/**
 * dead.<consumer>.<original subject>: a message that nobody can read, kept whole.
 */
export interface DeadLetter {
  consumer: string;
  stream: string;
  streamSequence: number;
  subject: string;
  code: string;
  /**
   * @maxItems 50
   */
  errors: string[];
  deliveries: number;
  /**
   * Publish time of the message (UTC, ISO 8601 with Z)
   */
  firstSeenAt: string;
  /**
   * When it was set aside (UTC, ISO 8601 with Z)
   */
  deadAt: string;
  headers: {
    [k: string]: string;
  };
  /**
   * The message as it was, encoded as `encoding` says
   */
  body: string;
  /**
   * Large bodies are compressed to fit into one message
   */
  encoding: 'base64' | 'gzip-base64';
}
/**
 * dead.push-dispatch.push.<provider>.<account>: a push that is out of attempts.
 */
export interface DeadPush {
  /**
   * Push
   */
  pushId: string;
  /**
   * Subscriber
   */
  subscriberId: string;
  /**
   * Site
   */
  siteId: string;
  /**
   * Account
   */
  accountId: string;
  /**
   * Order
   */
  orderId: string;
  orderNumber: number;
  provider: string;
  reference: string;
  code: string;
  message: string;
  attempts: number;
  revision: number;
  /**
   * First attempt (UTC)
   */
  firstAttemptAt: string;
  /**
   * Last attempt (UTC)
   */
  lastAttemptAt: string;
  /**
   * What sending it again can do at the provider: none: the same key is the same order; looked-up: a lookup comes first; unknown: the provider cannot be asked
   */
  duplicateRisk: 'none' | 'looked-up' | 'unknown';
}
/**
 * rpc.eligibility.decisions: the standing decisions of all orders in the order in which they were made, without snapshots.
 */
export interface DecisionQuery {
  after?: DecisionPlace;
  limit?: number;
}
/**
 * The last decision of the page before
 */
export interface DecisionPlace {
  decidedAt: string;
  orderId: string;
}
export interface DispatchKnownReply {
  /**
   * Orders that are not known in this version or a later one
   */
  missing: string[];
}
/**
 * rpc.dispatch.known: which of these order versions does push-dispatch hold?
 */
export interface DispatchKnownRequest {
  /**
   * @maxItems 1000
   */
  orders: OrderVersion[];
}
export interface OrderVersion {
  orderId: string;
  version: number;
  /**
   * Of one version the later decision counts; without it any decision of the version will do
   */
  decidedAt?: string;
}
/**
 * work.inbound.<provider>.<account>, and the request of rpc.<provider>.inbound: a call that a provider made to us, as it came.
 */
export interface InboundCall {
  /**
   * Call; the same one when it is published again
   */
  callId: string;
  provider: string;
  account: InboundAccount;
  receivedAt: string;
  /**
   * Header names in lower case; cookies and hop-by-hop headers are left out
   */
  headers: {
    [k: string]: string;
  };
  /**
   * Query string without the question mark
   */
  query: string;
  /**
   * The bytes, base64
   */
  body: string;
}
export interface InboundAccount {
  /**
   * Account
   */
  accountId: string;
  /**
   * Subscriber
   */
  subscriberId: string;
  settings: {
    [k: string]: unknown;
  };
  sealedCredentials: string;
  version: number;
}
/**
 * Answer of rpc.<provider>.inbound: what the provider gets in the same call.
 */
export interface InboundReply {
  status: number;
  contentType: string;
  /**
   * Text
   */
  body: string;
}
/**
 * order.decided.<subscriber>: decisions about orders of one subscriber.
 */
export interface OrderDecided {
  /**
   * @minItems 1
   * @maxItems 200
   */
  decisions: OrderDecision[];
}
export interface OrderDecision {
  /**
   * Order
   */
  orderId: string;
  orderNumber: number;
  version: number;
  /**
   * Subscriber
   */
  subscriberId: string;
  /**
   * Site
   */
  siteId: string;
  result: 'eligible' | 'waiting';
  /**
   * true: only a change of mind in Pressero can make it eligible (all items denied, no items)
   */
  final: boolean;
  /**
   * Empty when eligible
   */
  reasons: DecisionReason[];
  /**
   * Items to send; empty when waiting
   */
  itemNumbers: number[];
  /**
   * When (UTC, ISO 8601 with Z)
   */
  decidedAt: string;
  /**
   * Order date; the snapshot has it too, but comes only when eligible
   */
  placedAt?: string;
  /**
   * The snapshot, only when eligible
   */
  order: OrderSnapshot | null;
}
export interface DecisionReason {
  code:
    | 'ORDER_NOT_PAID'
    | 'NO_ITEMS'
    | 'ITEM_PENDING_APPROVAL'
    | 'ALL_ITEMS_DENIED'
    | 'FILES_NOT_READY'
    | 'FILE_URL_MISSING'
    | 'ITEM_STATUS_INVALID';
  itemNumber: number | null;
  message: string;
}
/**
 * The whole order as Pressero knows it at one version. Unknown members are kept and ignored.
 */
export interface OrderSnapshot {
  /**
   * OrderId in Pressero
   */
  orderId: string;
  /**
   * Unique for the subscriber
   */
  orderNumber: number;
  /**
   * Grows with every change of the order; the newest wins, whatever the order of arrival
   */
  version: number;
  /**
   * The print company
   */
  subscriberId: string;
  /**
   * The storefront
   */
  siteId: string;
  siteName: string;
  siteDomain?: string;
  siteType: 'b2b' | 'b2c';
  /**
   * OrderDate (UTC, ISO 8601 with Z)
   */
  placedAt: string;
  /**
   * When this version came into being (UTC, ISO 8601 with Z)
   */
  updatedAt: string;
  currency: string;
  poNumber?: string;
  isPaid: boolean;
  /**
   * When it was marked as paid (UTC, ISO 8601 with Z)
   */
  paidAt?: string;
  paymentMethod?: string;
  requestedShipDate?: string;
  customer: Customer;
  billTo: Address;
  totals: OrderTotals;
  notes?: string;
  /**
   * @maxItems 100
   */
  formFields?: {
    name: string;
    value: string;
  }[];
  /**
   * @maxItems 1000
   */
  items: OrderItem[];
}
export interface Customer {
  /**
   * Site user
   */
  userId: string;
  firstName: string;
  lastName: string;
  email: string;
  department?: string;
  isGuest?: boolean;
}
export interface OrderTotals {
  /**
   * Decimal string in the order's currency
   */
  subtotal: string;
  /**
   * Decimal string in the order's currency
   */
  shipping: string;
  /**
   * Decimal string in the order's currency
   */
  tax: string;
  /**
   * Decimal string in the order's currency
   */
  discount: string;
  /**
   * Decimal string in the order's currency
   */
  total: string;
}
export interface OrderItem {
  /**
   * OrderItemId in Pressero
   */
  itemId: string;
  /**
   * 1..n inside the order
   */
  itemNumber: number;
  /**
   * ProductId in Pressero
   */
  productId: string;
  productName: string;
  itemName?: string;
  printerPartNumber?: string;
  clientPartNumber?: string;
  /**
   * Integration ID of the product, shared by all providers
   */
  integrationId?: string;
  /**
   * As ordered. With unit-of-measure pricing this counts boxes.
   */
  quantity: number;
  /**
   * Pieces. Missing means the same as quantity.
   */
  totalQuantity?: number;
  unitOfMeasure?: string;
  /**
   * Decimal string in the order's currency
   */
  price: string;
  /**
   * Decimal string in the order's currency
   */
  shipping?: string;
  /**
   * Decimal string in the order's currency
   */
  tax?: string;
  unitWeightGrams?: number;
  approval: 'pending' | 'approved' | 'approved-with-modifications' | 'denied' | 'not-required';
  status: ItemStatus;
  /**
   * @maxItems 200
   */
  files: OrderFile[];
  /**
   * Product attributes and form fields, in display order
   *
   * @maxItems 200
   */
  options?: {
    name: string;
    value: string;
  }[];
  notes?: string;
  shipTo: Address;
  shippingMethod: ShippingMethod;
  requestedShipDate?: string;
  /**
   * @maxItems 200
   */
  kitItems?: KitItem[];
}
export interface ItemStatus {
  /**
   * none: the item has no workflow stage
   */
  state: 'active' | 'complete' | 'cancelled' | 'none';
  stage?: string;
}
export interface OrderFile {
  fileId: string;
  /**
   * artwork: uploaded by the buyer; edoc: production PDF made after payment and approval; proof: picture for people, never produced
   */
  role: 'artwork' | 'edoc' | 'proof';
  name: string;
  state: 'ready' | 'pending' | 'failed';
  /**
   * Where the provider can fetch it without a login. Missing until the file is ready.
   */
  url?: string;
  mimeType?: string;
  sizeBytes?: number;
}
export interface ShippingMethod {
  methodId: string;
  name: string;
  kind: 'integrated' | 'non-integrated' | 'pickup';
  integrationId?: string;
}
export interface KitItem {
  /**
   * Product of the child
   */
  productId: string;
  productName: string;
  partNumber?: string;
  quantity: number;
}
/**
 * pressero.order.<event>.<subscriber>: something happened to an order; carries the whole order.
 */
export interface PresseroOrderEvent {
  order: OrderSnapshot;
}
/**
 * integration.push.changed.<subscriber>: pushes of one subscriber that changed state.
 */
export interface PushChanged {
  /**
   * Subscriber
   */
  subscriberId: string;
  /**
   * @minItems 1
   * @maxItems 200
   */
  changes: PushChange[];
}
export interface PushChange {
  pushId: string | null;
  /**
   * Order
   */
  orderId: string;
  orderNumber: number;
  /**
   * Site
   */
  siteId: string;
  accountId: string | null;
  provider: string | null;
  state:
    | 'queued'
    | 'sending'
    | 'sent'
    | 'rejected'
    | 'retrying'
    | 'checking'
    | 'blocked'
    | 'needs-person'
    | 'dead'
    | 'waiting-mapping'
    | 'withdrawn'
    | 'dismissed'
    | 'no-target';
  code: string | null;
  /**
   * A sentence for people that says what to fix
   */
  message: string;
  reference: string | null;
  providerRef: string | null;
  attempt: number;
  nextAttemptAt: string | null;
  /**
   * Grows with every change of the push; ignore older ones
   */
  revision: number;
  /**
   * When (UTC, ISO 8601 with Z)
   */
  at: string;
}
/**
 * command.push.<subscriber>: a person or a replay job decides about pushes.
 */
export interface PushCommand {
  /**
   * A repeat of the same command changes nothing
   */
  commandId: string;
  /**
   * Subscriber whose pushes these are; others are left alone
   */
  subscriberId: string;
  /**
   * retry: send again under the same reference, after a lookup when an earlier outcome is unknown; resend: the same, for a provider that cannot be asked, decided by a person; resend-as-new: another order at the provider under a new reference; mark-sent: a person found it at the provider; dismiss: nothing is to be done
   */
  action: 'retry' | 'resend' | 'resend-as-new' | 'mark-sent' | 'dismiss';
  /**
   * @minItems 1
   * @maxItems 500
   */
  pushIds: string[];
  /**
   * mark-sent: the id at the provider
   */
  providerRef?: string;
  note?: string;
  /**
   * Who asked for it
   */
  actor: string;
  at: string;
  /**
   * Version of the registry of this subscriber under which it was asked for; a reader whose copy is older waits for it
   */
  registryVersion?: number;
}
/**
 * rpc.dispatch.push: one push with its attempts and the commands that were applied to it.
 */
export interface PushDetailRequest {
  pushId: string;
}
/**
 * outcome.push.<provider>.<account>: results of orders of one account.
 */
export interface PushOutcomes {
  provider: string;
  /**
   * Account
   */
  accountId: string;
  /**
   * @minItems 1
   * @maxItems 50
   */
  results: PushResult[];
  rate?: RateReport;
}
export interface PushResult {
  /**
   * Push
   */
  pushId: string;
  fence: number;
  /**
   * Start (UTC, ISO 8601 with Z)
   */
  startedAt: string;
  /**
   * End (UTC, ISO 8601 with Z)
   */
  finishedAt: string;
  outcome: PushOutcome;
  /**
   * @maxItems 20
   */
  exchanges: Exchange[];
}
export interface Accepted {
  kind: 'accepted';
  providerRef: string;
  message?: string;
}
export interface Duplicate {
  kind: 'duplicate';
  providerRef: string;
  message?: string;
}
export interface Rejected {
  kind: 'rejected';
  code: string;
  message: string;
  /**
   * @maxItems 100
   */
  fields?: FieldError[];
}
export interface FieldError {
  path: string;
  message: string;
}
export interface Retry {
  kind: 'retry';
  code: string;
  message: string;
  afterMs?: number;
}
export interface Unknown {
  kind: 'unknown';
  code: string;
  message: string;
  afterMs?: number;
  providerRef?: string;
}
export interface Blocked {
  kind: 'blocked';
  code: 'auth' | 'account_disabled';
  message: string;
}
/**
 * One HTTP call, masked and capped
 */
export interface Exchange {
  /**
   * When the call began (UTC, ISO 8601 with Z)
   */
  at: string;
  durationMs: number;
  method: string;
  url: string;
  requestBody: string | null;
  /**
   * null: no answer
   */
  status: number | null;
  responseBody: string | null;
  failure: string | null;
}
/**
 * What the provider last said about its rate limit; left out when it says nothing
 */
export interface RateReport {
  /**
   * Requests that the provider still allows in its window
   */
  remaining: number;
  /**
   * Until the window begins anew
   */
  resetMs: number;
}
/**
 * rpc.dispatch.pushes: which pushes, newest first.
 */
export interface PushQuery {
  subscriberId?: string;
  accountId?: string;
  siteId?: string;
  provider?: string;
  /**
   * @maxItems 20
   */
  states?: string[];
  code?: string;
  /**
   * Changed at or after (UTC)
   */
  from?: string;
  /**
   * Changed before (UTC)
   */
  to?: string;
  /**
   * Part of the reference, the provider id or the message
   */
  text?: string;
  /**
   * The last push of the page before; newest pushes come first
   */
  after?: string;
  limit?: number;
}
/**
 * work.push.<provider>.<account>: up to 50 orders of one account for its connector.
 */
export interface PushWork {
  provider: string;
  account: WorkAccount;
  /**
   * @minItems 1
   * @maxItems 50
   */
  orders: PushWorkItem[];
}
export interface WorkAccount {
  /**
   * Account
   */
  accountId: string;
  /**
   * Subscriber
   */
  subscriberId: string;
  name: string;
  settings: {
    [k: string]: unknown;
  };
  sealedCredentials: string;
  version: number;
}
export interface PushWorkItem {
  /**
   * Push
   */
  pushId: string;
  /**
   * Grows with every claim; the outcome must carry it back
   */
  fence: number;
  attempt: number;
  /**
   * check-then-send: the outcome of an earlier send is unknown; look the order up first
   */
  mode: 'send' | 'check-then-send';
  /**
   * When dispatch claimed it (UTC, ISO 8601 with Z)
   */
  claimedAt: string;
  /**
   * Do not start or continue after this (UTC, ISO 8601 with Z)
   */
  leaseUntil: string;
  /**
   * When it was first handed to a connector, null on the first attempt
   */
  firstSentAt: string | null;
  /**
   * Provider id learnt by an earlier attempt
   */
  providerRef: string | null;
  push: PushOrder;
}
/**
 * One order prepared for one account. order.items holds all items, also denied ones: use items.
 */
export interface PushOrder {
  /**
   * Our order reference at the provider
   */
  reference: string;
  order: OrderSnapshot;
  siteSettings: {
    [k: string]: unknown;
  };
  user: Mapped;
  /**
   * Only the items to send
   *
   * @minItems 1
   */
  items: PushItem[];
}
/**
 * What the admin set for this account; empty where nothing was set
 */
export interface Mapped {
  externalId: string | null;
  settings: {
    [k: string]: unknown;
  };
}
export interface PushItem {
  itemNumber: number;
  /**
   * Our item reference at the provider
   */
  reference: string;
  item?: OrderItem1;
  product: Mapped;
  /**
   * Provider values of the shipping method, from the site's map or the account's fallback; null when nothing is mapped
   */
  shipping: {
    [k: string]: unknown;
  } | null;
}
/**
 * Only when it differs from the item of this number in order.items; the connector host fills it in
 */
export interface OrderItem1 {
  /**
   * OrderItemId in Pressero
   */
  itemId: string;
  /**
   * 1..n inside the order
   */
  itemNumber: number;
  /**
   * ProductId in Pressero
   */
  productId: string;
  productName: string;
  itemName?: string;
  printerPartNumber?: string;
  clientPartNumber?: string;
  /**
   * Integration ID of the product, shared by all providers
   */
  integrationId?: string;
  /**
   * As ordered. With unit-of-measure pricing this counts boxes.
   */
  quantity: number;
  /**
   * Pieces. Missing means the same as quantity.
   */
  totalQuantity?: number;
  unitOfMeasure?: string;
  /**
   * Decimal string in the order's currency
   */
  price: string;
  /**
   * Decimal string in the order's currency
   */
  shipping?: string;
  /**
   * Decimal string in the order's currency
   */
  tax?: string;
  unitWeightGrams?: number;
  approval: 'pending' | 'approved' | 'approved-with-modifications' | 'denied' | 'not-required';
  status: ItemStatus;
  /**
   * @maxItems 200
   */
  files: OrderFile[];
  /**
   * Product attributes and form fields, in display order
   *
   * @maxItems 200
   */
  options?: {
    name: string;
    value: string;
  }[];
  notes?: string;
  shipTo: Address;
  shippingMethod: ShippingMethod;
  requestedShipDate?: string;
  /**
   * @maxItems 200
   */
  kitItems?: KitItem[];
}
/**
 * rpc.eligibility.redecide: decide orders again and publish the decisions, so that accounts which went live since get theirs. One page of a subscriber's orders.
 */
export interface RedecideRequest {
  subscriberId: string;
  /**
   * Orders of these sites; without it, of all
   *
   * @maxItems 1000
   */
  siteIds?: string[];
  /**
   * Only this order
   */
  orderId?: string;
  /**
   * Orders placed on this day (UTC) or later
   */
  fromDay: string;
  after?: OrderPlace;
  limit?: number;
}
/**
 * `next` of the page before
 */
export interface OrderPlace {
  day: string;
  orderId: string;
}
/**
 * registry.account.<subscriber>.<account>: one provider account of one subscriber.
 */
export interface RegistryAccount {
  /**
   * Account
   */
  accountId: string;
  /**
   * Subscriber
   */
  subscriberId: string;
  provider: string;
  name: string;
  state: 'active' | 'paused' | 'deleted';
  /**
   * Put before order numbers in the external system; fixed once an order went out
   */
  referencePrefix: string;
  /**
   * Account settings, by the manifest's accountSettings schema
   */
  settings: {
    [k: string]: unknown;
  };
  /**
   * Envelope-encrypted credentials; only the provider's connector can open them
   */
  sealedCredentials: string;
  version: number;
  /**
   * Equal for accounts that use the same credentials, and says nothing about them. Providers count requests by key, so such accounts share one rate.
   */
  credentialKey?: string;
}
/**
 * registry.activation.<subscriber>.<site>.<account>: is this account enabled and live on this site.
 */
export interface RegistryActivation {
  /**
   * Subscriber
   */
  subscriberId: string;
  /**
   * Site
   */
  siteId: string;
  /**
   * Account
   */
  accountId: string;
  enabled: boolean;
  live: boolean;
  /**
   * Site settings, by the manifest's siteSettings schema
   */
  settings: {
    [k: string]: unknown;
  };
  version: number;
}
/**
 * registry.entity.<subscriber>.<account>.<kind>.<entity>: what an admin set on a product, category or user tab for one account.
 */
export interface RegistryEntity {
  /**
   * Subscriber
   */
  subscriberId: string;
  /**
   * Account
   */
  accountId: string;
  kind: 'product' | 'category' | 'user';
  /**
   * Product, category or site user in Pressero
   */
  entityId: string;
  /**
   * External ID: the id of the same thing at the provider
   */
  externalId: string | null;
  active: boolean;
  settings: {
    [k: string]: unknown;
  };
  version: number;
}
/**
 * registry.site.<subscriber>.<site>: policies of a site that hold for every account.
 */
export interface RegistrySite {
  /**
   * Subscriber
   */
  subscriberId: string;
  /**
   * Site
   */
  siteId: string;
  name: string;
  /**
   * What an item with a cancelled status does to the rest of the order
   */
  invalidItemPolicy: 'block-order' | 'skip-item';
  version: number;
}
