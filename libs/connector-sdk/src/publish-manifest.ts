import { createHash } from 'node:crypto';
import { eventTypes, subjects, validator } from '@pes/contracts';
import { newId, sleep } from '@pes/kernel';
import { publish, type Bus } from '@pes/messaging';
import type { Connector } from './connector.ts';

/** Throws, naming what is wrong, when the manifest breaks its schema or promises what the connector does not have. */
export function checkManifest({ manifest, lookup }: Connector): void {
  const errors: string[] = [];
  const valid = validator('connector-manifest')(manifest);
  if (!valid.ok) errors.push(...valid.errors);
  if (manifest.capabilities.lookup !== (lookup !== undefined)) errors.push('/capabilities/lookup must be true exactly when the connector has a lookup function');
  if (manifest.idempotency === 'lookup' && lookup === undefined) errors.push('/idempotency "lookup" needs a lookup function');
  if (errors.length > 0) throw new Error(`the manifest of ${manifest.provider} is wrong: ${errors.join('; ')}`);
}

export interface ManifestPublication {
  /** True once the broker has it. */
  isPublished(): boolean;
  stop(): Promise<void>;
}

const retryDelayMs = 1_000;

async function isStored(bus: Bus, subject: string): Promise<boolean> {
  const stored = await bus.jsm.streams.getMessage('CONNECTORS', { last_by_subj: subject });
  return stored !== null;
}

/**
 * Publishes the manifest now, and again whenever the broker has none: it may come back without its store. A different one is left alone,
 * since during an update the old and the new version run side by side and the newer publication wins.
 */
export function publishManifest(bus: Bus, { manifest }: Connector, intervalMs = 30_000): ManifestPublication {
  const stopping = new AbortController();
  const subject = subjects.connectorManifest(manifest.provider);
  const hash = createHash('sha1').update(JSON.stringify(manifest)).digest('base64url');
  let published = false;

  async function publishOnce(): Promise<void> {
    // Not deterministic: within the broker's duplicate window an older version may have been published in between, which must not win.
    await publish(bus, { subject, type: eventTypes.connectorManifest, id: `manifest:${manifest.provider}:${hash}:${newId()}`, source: `connector-${manifest.provider}`, data: manifest });
    published = true;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (!published || !(await isStored(bus, subject))) await publishOnce();
        await sleep(intervalMs, stopping.signal);
      } catch (error) {
        bus.log.warn({ subject, reason: String(error) }, 'the manifest cannot be published, trying again');
        await sleep(retryDelayMs, stopping.signal);
      }
    }
  }

  const running = run();
  return {
    isPublished: () => published,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
