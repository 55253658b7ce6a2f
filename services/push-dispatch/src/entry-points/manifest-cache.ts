import { consumers, validator, type ConnectorManifest } from '@pes/contracts';
import { consumeBatches, decodeJson, type Bus, type Consumption } from '@pes/messaging';
import { applyManifests, loadManifests } from '@pes/registry';
import { isDataError, type Pool } from '@pes/store';

export interface ManifestCache {
  /** By provider; at most two seconds behind the table, which another replica may have written. */
  current(): Promise<ReadonlyMap<string, ConnectorManifest>>;
  /** Forgets, so that the next `current` reads the table. */
  refresh(): void;
}

const maxAgeMs = 2_000;

export function createManifestCache(db: Pool): ManifestCache {
  let loading: Promise<ReadonlyMap<string, ConnectorManifest>> | undefined;
  let loadedAtMs = 0;
  return {
    current() {
      if (loading === undefined || Date.now() - loadedAtMs > maxAgeMs) {
        loadedAtMs = Date.now();
        loading = loadManifests(db);
        loading.catch(() => { loading = undefined; });
      }
      return loading;
    },
    refresh() { loading = undefined; },
  };
}

/** Stores manifests as connectors announce them, then tells which providers changed. */
export function consumeManifests(bus: Bus, db: Pool, onChanged: (providers: string[]) => Promise<void>): Consumption {
  return consumeBatches<ConnectorManifest>(bus, {
    consumer: consumers.dispatchManifests,
    decode: decodeJson(validator('connector-manifest')),
    isDataError,
    maxBatch: 50,
    maxWaitMs: 10,
    maxFlushes: 1,
    async handle(batch) {
      await applyManifests(db, batch.map(({ value }) => value));
      await onChanged([...new Set(batch.map(({ value }) => value.provider))]);
    },
  });
}
