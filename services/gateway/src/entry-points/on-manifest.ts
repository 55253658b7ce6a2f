import { consumers, validator, type ConnectorManifest } from '@pes/contracts';
import { consumeBatches, decodeJson, type Consumption } from '@pes/messaging';
import { applyManifests } from '@pes/registry';
import { isDataError } from '@pes/store';
import type { Gateway } from '../gateway.ts';

/** Providers as their connectors announce them, so that a new one appears in the API and the pages by itself. */
export function consumeManifests(gateway: Gateway): Consumption {
  return consumeBatches<ConnectorManifest>(gateway.bus, {
    consumer: consumers.gatewayManifests,
    decode: decodeJson(validator('connector-manifest')),
    isDataError,
    maxBatch: 50,
    maxWaitMs: 5,
    // In order: later is newer.
    maxFlushes: 1,
    handle: (batch) => applyManifests(gateway.db, batch.map(({ value }) => value)),
    onDead: (code) => gateway.metrics.dead.inc({ consumer: consumers.gatewayManifests.durable, code }),
  });
}
