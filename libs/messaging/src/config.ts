import type { TopologyOptions } from './topology.ts';

/** Settings of the streams, the same for every service; spread into a service's configuration schema. */
export const streamConfigProperties = {
  STREAM_REPLICAS: { type: 'integer', minimum: 1, maximum: 5, default: 1, description: 'Copies of each stream in the NATS cluster' },
  STREAM_STORAGE_MB: { type: 'integer', minimum: 64, default: 8192, description: 'Storage that all streams together may take' },
} as const;

export function topologyOf(config: { STREAM_REPLICAS: number; STREAM_STORAGE_MB: number }): TopologyOptions {
  return { replicas: config.STREAM_REPLICAS, storageBudgetBytes: config.STREAM_STORAGE_MB * 1024 * 1024 };
}
