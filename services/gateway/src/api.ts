import type { EgressGuard } from '@pes/connector-sdk';
import type { KeyRing, RingKey } from '@pes/secrets';
import type { Fingerprint } from './fingerprint.ts';
import type { Gateway } from './gateway.ts';
import type { ProviderCatalog } from './provider-catalog.ts';

/** What the HTTP API works with, besides what the rest of the service has. */
export interface Api extends Gateway {
  /** The first key seals, all of them open. */
  masters: KeyRing<RingKey>;
  providers: ProviderCatalog;
  fingerprint: Fingerprint;
  egress: EgressGuard;
  /** Addresses behind a name; undefined when nobody can tell. */
  resolveHost(name: string): Promise<string[] | undefined>;
  /** Fires when the service stops: live answers end. */
  stopping: AbortSignal;
}
