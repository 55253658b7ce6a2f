import { flushCompileCache } from 'node:module';
import { loadConfig, type ConfigSchema } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { startService, type RunningService, type ServiceDefinition } from './service.ts';

/**
 * Runs a service as this process. Exit codes:
 * 0 stopped by SIGTERM or SIGINT in time; 1 the start failed, the stop took too long, or an error nobody caught; 2 wrong configuration.
 */
export async function runService<const S extends ConfigSchema>(definition: ServiceDefinition<S>): Promise<void> {
  const loaded = loadConfig(definition.configSchema, process.env);
  if (!loaded.ok) {
    process.stderr.write(`${definition.name}: the configuration is wrong\n${loaded.error.map((line) => `  ${line}\n`).join('')}`);
    process.exit(2);
  }
  const { LOG_LEVEL: level } = loaded.value as { LOG_LEVEL?: unknown };
  const log = createLogger({ service: definition.name, level: typeof level === 'string' ? level : 'info' });
  const readyFile = process.env['READY_FILE'];
  const ending = createEnding(log);
  listenToProcess(ending);
  try {
    const service = await startService({ definition, config: loaded.value, log, ...(readyFile !== undefined && { readyFile }) });
    ending.concerns(service);
    await service.started;
    // Where NODE_COMPILE_CACHE is set: for the start after a crash, since a process that is killed writes nothing.
    flushCompileCache();
  } catch (error) {
    await ending.end({ code: 1, reason: 'the start failed', error });
  }
}

interface End {
  code: 0 | 1;
  reason: string;
  error?: unknown;
}

interface Ending {
  concerns(service: RunningService): void;
  end(end: End): Promise<void>;
}

/** The first end counts. Ctrl-C reaches a child from the terminal and again from its parent, so a second signal must not cut the stop short. */
function createEnding(log: Logger): Ending {
  let running: RunningService | undefined;
  let ending = false;
  return {
    concerns(service) {
      running = service;
    },
    async end({ code, reason, error }) {
      if (ending) {
        if (error !== undefined) log.error({ error, reason }, 'an error while stopping');
        return;
      }
      ending = true;
      if (error === undefined) log.info({ reason }, 'stopping');
      else log.fatal({ error, reason }, 'stopping after an error');
      const inTime = (await running?.stop()) ?? true;
      log.info({ inTime }, 'stopped');
      process.exit(inTime ? code : 1);
    },
  };
}

function listenToProcess({ end }: Ending): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end({ code: 0, reason: signal }));
  // After an error that nobody caught, the state of the process is unknown: finish what is in flight, then let the supervisor start a new one.
  process.on('uncaughtException', (error) => void end({ code: 1, reason: 'uncaught exception', error }));
  process.on('unhandledRejection', (error) => void end({ code: 1, reason: 'unhandled rejection', error: error ?? new Error('rejected without a reason') }));
}
