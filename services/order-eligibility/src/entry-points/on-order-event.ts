import { consumers } from '@pes/contracts';
import { systemClock } from '@pes/kernel';
import { consumeBatches, type Bus, type Consumption } from '@pes/messaging';
import { isDataError, type Pool } from '@pes/store';
import type { Partitions } from '../data-access/partitions.ts';
import { readPolicies } from '../data-access/read-policies.sql.ts';
import { storeDecisions } from '../data-access/store-decisions.ts';
import { decide, type ReadOrder } from '../domain/decision.ts';
import { dependsOnPolicy } from '../domain/evaluate-gate.ts';
import type { EligibilityMetrics } from '../metrics.ts';
import { createOrderDecoder } from './decode-order-event.ts';
import { brokerMaxBytes, publishDecisions } from './publish-decisions.ts';

export interface IntakeParts {
  bus: Bus;
  pool: Pool;
  partitions: Partitions;
  metrics: EligibilityMetrics;
}

export interface IntakeOptions {
  maxBatch: number;
  maxWaitMs: number;
  maxFlushes: number;
  maxSnapshotBytes: number;
}

/**
 * Decides one batch: policies (only if one has a say in it), one statement, publication. Repeatable as a whole at any point: what is stored
 * is published again, so a failure or a crash anywhere before the acknowledgement loses nothing.
 *
 * A policy that changes between its read and the commit here is caught by redecide-orders.ts, which compares what each order was decided
 * under with what its site says now. So policies need no lock, and no cache that could be stale on one of several replicas.
 */
export async function decideBatch({ bus, pool, partitions, metrics }: IntakeParts, orders: readonly ReadOrder[]): Promise<void> {
  const dependent = orders.filter(({ order }) => dependsOnPolicy(order));
  const policies = await readPolicies(pool, dependent.map(({ order }) => order.siteId));
  const decisions = orders.map((order) => decide(order, policies));
  await publishDecisions(bus, await storeDecisions(pool, partitions, decisions));
  metrics.batchDecided(decisions);
}

/** Consumes every order event of Pressero. */
export function startOrderIntake(parts: IntakeParts, { maxSnapshotBytes, ...batching }: IntakeOptions): Consumption {
  return consumeBatches(parts.bus, {
    ...batching,
    consumer: consumers.eligibilityOrders,
    decode: createOrderDecoder({ maxSnapshotBytes: Math.min(maxSnapshotBytes, brokerMaxBytes(parts.bus)), clock: systemClock }),
    handle: (batch) => decideBatch(parts, batch.map(({ value }) => value)),
    isDataError,
    onDead: (code) => parts.metrics.deadLettered(consumers.eligibilityOrders.durable, code),
  });
}
