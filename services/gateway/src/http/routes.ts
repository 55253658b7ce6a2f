import { openApiDocument, type OpenApiDocument } from './openapi.ts';
import type { JsonSchema, Route } from './route.ts';
import { accountActionRoutes, commandSchema } from './routes/account-actions.ts';
import { accountRoutes, accountSchema, checkSchema } from './routes/accounts.ts';
import { asyncApiRoutes } from './routes/asyncapi.ts';
import { auditRoutes, auditSchema } from './routes/audit.ts';
import { deadLetterRoutes, dryRunSchema, letterDetailSchema, letterSchema } from './routes/dead-letters.ts';
import { documentRoutes } from './routes/documents.ts';
import { entitlementRoutes, entitlementSchema } from './routes/entitlements.ts';
import { entityRoutes, entitySchema, importSchema } from './routes/entities.ts';
import { eventRoutes } from './routes/events.ts';
import { hookRoutes } from './routes/hooks.ts';
import { keyRoutes } from './routes/keys.ts';
import {
  attemptSchema, orderDetailSchema, orderPushSchema, orderRoutes, orderSchema, reasonSchema, timelineEntrySchema, totalsSchema,
} from './routes/orders.ts';
import { providerRoutes, providerSchema } from './routes/providers.ts';
import { registryRoutes } from './routes/registry.ts';
import { overviewRoutes, overviewSchema } from './routes/overview.ts';
import { pushDetailSchema, pushRoutes, pushSchema } from './routes/pushes.ts';
import { replayRoutes, replaySchema } from './routes/replays.ts';
import { activationSchema, preflightSchema, siteRoutes, siteSchema } from './routes/sites.ts';
import { syncLineSchema, syncRoutes, syncSchema } from './routes/syncs.ts';

/** Schemas that answers refer to by name. */
const schemas: Readonly<Record<string, JsonSchema>> = {
  Provider: providerSchema,
  Entitlement: entitlementSchema,
  Account: accountSchema,
  AccountCheck: checkSchema,
  Command: commandSchema,
  Site: siteSchema,
  Activation: activationSchema,
  Preflight: preflightSchema,
  EntitySetting: entitySchema,
  Import: importSchema,
  DeadLetter: letterSchema,
  DeadLetterDetail: letterDetailSchema,
  DryRun: dryRunSchema,
  Replay: replaySchema,
  AuditEntry: auditSchema,
  Reason: reasonSchema,
  OrderPush: orderPushSchema,
  Order: orderSchema,
  OrderDetail: orderDetailSchema,
  Attempt: attemptSchema,
  TimelineEntry: timelineEntrySchema,
  OrderTotals: totalsSchema,
  Push: pushSchema,
  PushDetail: pushDetailSchema,
  Sync: syncSchema,
  SyncLine: syncLineSchema,
  Overview: overviewSchema,
};

let document: OpenApiDocument | undefined;

/** Every operation of the API. */
export const routes: readonly Route[] = [
  ...documentRoutes(() => (document ??= openApiDocument(routes, schemas))),
  ...asyncApiRoutes,
  ...providerRoutes,
  ...entitlementRoutes,
  ...accountRoutes,
  ...accountActionRoutes,
  ...siteRoutes,
  ...entityRoutes,
  ...orderRoutes,
  ...pushRoutes,
  ...syncRoutes,
  ...overviewRoutes,
  ...eventRoutes,
  ...deadLetterRoutes,
  ...replayRoutes,
  ...auditRoutes,
  ...keyRoutes,
  ...registryRoutes,
  ...hookRoutes,
];
