import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Counter, startService, type Config, type ReadyFile, type RunningService, type ServiceContext } from '../src/index.ts';
import { recordingLogger } from './log-lines.ts';

const configSchema = { type: 'object', properties: {} } as const;
const running: RunningService[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
});

type Context = ServiceContext<Config<typeof configSchema>>;

async function launch(start: (context: Context) => Promise<void> | void, extra: { readyFile?: string; stopTimeoutMs?: number } = {}): Promise<RunningService> {
  const { readyFile, stopTimeoutMs } = extra;
  const definition = { name: 'sample', configSchema, start, ...(stopTimeoutMs !== undefined && { stopTimeoutMs }) };
  const service = await startService({ definition, config: {}, log: recordingLogger().log, ...(readyFile !== undefined && { readyFile }) });
  running.push(service);
  return service;
}

const get = async (service: RunningService, path: string, method = 'GET'): Promise<[number, string]> => {
  const response = await fetch(`http://127.0.0.1:${String(service.port)}${path}`, { method });
  return [response.status, await response.text()];
};

const readiness = async (service: RunningService): Promise<unknown> => {
  const [status, body] = await get(service, '/health/ready');
  return [status, JSON.parse(body)];
};

describe('health', () => {
  it('is live but not ready while the start runs, then ready', async () => {
    const gate = Promise.withResolvers<undefined>();
    const service = await launch(async () => gate.promise);
    expect(await get(service, '/health/live')).toEqual([200, '{"status":"live"}']);
    expect(await readiness(service)).toEqual([503, { status: 'starting', checks: {} }]);
    gate.resolve(undefined);
    await service.started;
    expect(await readiness(service)).toEqual([200, { status: 'ready', checks: {} }]);
  });

  it('shows every check and is unready while one is not true, or throws', async () => {
    let nats: true | string = true;
    let fails = false;
    const service = await launch((context) => {
      context.addReadiness('nats', () => nats);
      context.addReadiness('postgres', () => {
        if (fails) throw new Error('pool is gone');
        return true;
      });
    });
    await service.started;
    expect(await readiness(service)).toEqual([200, { status: 'ready', checks: { nats: 'ok', postgres: 'ok' } }]);
    nats = 'reconnecting since 12:03';
    fails = true;
    expect(await readiness(service)).toEqual([503, { status: 'unready', checks: { nats: 'reconnecting since 12:03', postgres: 'pool is gone' } }]);
  });

  it('refuses a second check of the same name', async () => {
    const service = await launch((context) => {
      context.addReadiness('nats', () => true);
      context.addReadiness('nats', () => true);
    });
    await expect(service.started).rejects.toThrow('readiness check "nats" is added twice');
  });

  it('answers other paths with 404, with a query as without, and other methods with 405', async () => {
    const service = await launch(() => undefined);
    expect((await get(service, '/'))[0]).toBe(404);
    expect((await get(service, '/health/live?probe=1'))[0]).toBe(200);
    expect((await get(service, '/health/live', 'POST'))[0]).toBe(405);
  });
});

describe('metrics', () => {
  it('serves the default metrics and those of the service, labelled with its name', async () => {
    const service = await launch(({ metrics }) => {
      new Counter({ name: 'pushes_total', help: 'Pushes', registers: [metrics] }).inc(3);
    });
    await service.started;
    const [status, text] = await get(service, '/metrics');
    expect(status).toBe(200);
    expect(text).toContain('pushes_total{service="sample"} 3');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds{service="sample"}');
  });

  it('keeps two services of one process apart', async () => {
    const services = await Promise.all([1, 2].map((n) => launch(({ metrics }) => new Counter({ name: 'n_total', help: 'n', registers: [metrics] }).inc(n))));
    await Promise.all(services.map(({ started }) => started));
    const texts = await Promise.all(services.map((service) => get(service, '/metrics')));
    expect(texts.map(([, text]) => /n_total\{.*\} (\d)/.exec(text)?.[1])).toEqual(['1', '2']);
  });
});

describe('stop', () => {
  it('turns readiness off first, keeps answering while hooks run, and then closes the port', async () => {
    const seen: unknown[] = [];
    const service = await launch((context) => {
      context.onStop('consumer', async () => {
        seen.push(context.stopping.aborted, await readiness(service));
      });
    });
    await service.started;
    expect(await service.stop()).toBe(true);
    expect(seen).toEqual([true, [503, { status: 'stopping', checks: {} }]]);
    await expect(get(service, '/health/live')).rejects.toThrow('fetch failed');
  });

  it('runs the hooks once, however often it is called', async () => {
    let calls = 0;
    const service = await launch((context) => context.onStop('count', () => void (calls += 1)));
    await service.started;
    expect(await Promise.all([service.stop(), service.stop()])).toEqual([true, true]);
    expect(calls).toBe(1);
  });

  it('says so when the bound was hit', async () => {
    const service = await launch((context) => context.onStop('hangs', () => new Promise<void>(() => undefined)), { stopTimeoutMs: 30 });
    await service.started;
    expect(await service.stop()).toBe(false);
  });

  it('ends a start that waits on the signal, without becoming ready', async () => {
    const service = await launch(({ stopping }) => new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve())));
    expect(await service.stop()).toBe(true);
    await service.started;
  });

  it('ends the wait for a readiness check that never passes', async () => {
    const service = await launch((context) => context.addReadiness('never', () => 'not yet'));
    await service.stop();
    await service.started;
  });
});

describe('the ready file', () => {
  it('appears once every check passes, whole, with name, process and port', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'service-kit-'));
    const readyFile = join(folder, 'ready.json');
    let backlogDone: true | string = 'backlog';
    const service = await launch((context) => context.addReadiness('backlog', () => backlogDone), { readyFile });
    await expect(readFile(readyFile)).rejects.toMatchObject({ code: 'ENOENT' });
    backlogDone = true;
    await service.started;
    expect(JSON.parse(await readFile(readyFile, 'utf8')) as ReadyFile).toEqual({ name: 'sample', pid: process.pid, port: service.port });
    await rm(folder, { recursive: true });
  });
});

it('rejects when the port is taken', async () => {
  const service = await launch(() => undefined);
  const definition = { name: 'second', configSchema, start: () => undefined };
  const config = { HTTP_PORT: service.port };
  await expect(startService({ definition, config, log: recordingLogger().log })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
