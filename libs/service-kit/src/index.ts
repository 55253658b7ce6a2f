export { Counter, Gauge, Histogram, Registry } from 'prom-client';
export { baseConfigProperties } from './config-properties.ts';
export { loadConfig, type Config, type ConfigProperty, type ConfigSchema } from './config.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export type { ReadinessCheck, ReadinessReport } from './readiness.ts';
export type { ReadyFile } from './ready-file.ts';
export { runService } from './run-service.ts';
export { startService, type RunningService, type ServiceContext, type ServiceDefinition, type ServiceOptions } from './service.ts';
export type { StopHook } from './stop-sequence.ts';
