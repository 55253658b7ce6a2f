export type * from './generated/types.ts';
export { schemas, validator, type Contract, type SchemaName, type Validation, type Validator } from './validators.ts';
export { eventTypes, orderEvents, subjects, type OrderEvent } from './subjects.ts';
export { consumers, pushWorkConsumer, streams, type ConsumerSpec, type StreamSpec } from './topology.ts';
export { failureCodes, type FailureCode } from './codes.ts';
