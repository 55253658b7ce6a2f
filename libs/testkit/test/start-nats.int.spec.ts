import { access, mkdtemp, rm } from 'node:fs/promises';
import { connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startNats, type NatsServer } from '../src/index.ts';

describe('startNats', () => {
  const cleanUps: Array<() => Promise<unknown>> = [];

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function start(options?: Parameters<typeof startNats>[0]): Promise<NatsServer> {
    const server = await startNats(options);
    cleanUps.push(() => server.stop());
    return server;
  }

  async function within<T>(server: NatsServer, work: (nc: NatsConnection) => Promise<T>): Promise<T> {
    const nc = await connect({ servers: server.url, reconnect: false });
    try {
      return await work(nc);
    } finally {
      await nc.close();
    }
  }

  async function createStream(server: NatsServer): Promise<void> {
    await within(server, async (nc) => (await jetstreamManager(nc)).streams.add({ name: 'orders', subjects: ['orders.>'] }));
  }

  async function publish(server: NatsServer, ...texts: string[]): Promise<void> {
    await within(server, async (nc) => {
      for (const text of texts) await jetstream(nc).publish('orders.paid', text);
    });
  }

  async function stored(server: NatsServer): Promise<string[]> {
    return within(server, async (nc) => {
      const { streams } = await jetstreamManager(nc);
      const { state } = await streams.info('orders');
      const texts: string[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
        texts.push((await streams.getMessage('orders', { seq }))?.string() ?? '');
      }
      return texts;
    });
  }

  it('listens on 127.0.0.1 only, with JetStream on files and messages of up to 8 MB', async () => {
    const server = await start();
    await createStream(server);
    await within(server, async (nc) => {
      expect(nc.info?.max_payload).toBe(8 * 1024 * 1024);
      expect((await (await jetstreamManager(nc)).streams.info('orders')).config.storage).toBe('file');
    });
    const [error] = (await once(dial({ host: '127.0.0.2', port: server.port }), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('keeps acknowledged messages over a kill and a restart, on the same address', async () => {
    const server = await start();
    await createStream(server);
    await publish(server, 'one', 'two');
    const { pid, url } = server;
    await server.kill();
    await expect(connect({ servers: url, reconnect: false })).rejects.toThrow();
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(server.url).toBe(url);
    expect(await stored(server)).toEqual(['one', 'two']);
  });

  it('restores a snapshot: what came after it is gone, and its sequence numbers are given again', async () => {
    const server = await start();
    await createStream(server);
    await publish(server, 'one', 'two');
    const snapshot = await server.snapshotStore();
    await publish(server, 'three', 'four');
    expect(await stored(server)).toEqual(['one', 'two', 'three', 'four']);

    await server.restoreStore(snapshot);
    expect(await stored(server)).toEqual(['one', 'two']);
    await publish(server, 'another three');
    expect(await stored(server)).toEqual(['one', 'two', 'another three']);

    await server.restoreStore(snapshot);
    expect(await stored(server)).toEqual(['one', 'two']);
  });

  it('restores into a killed server without starting it', async () => {
    const server = await start();
    await createStream(server);
    await publish(server, 'one');
    const snapshot = await server.snapshotStore();
    await publish(server, 'two');
    await server.kill();
    await server.restoreStore(snapshot);
    await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow();
    await server.restart();
    expect(await stored(server)).toEqual(['one']);
  });

  it('keeps a store that was named, also over stop, and removes a temporary one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pes-test-store-'));
    cleanUps.push(() => rm(folder, { recursive: true }));
    const storeDir = join(folder, 'nats');
    const first = await startNats({ storeDir });
    await createStream(first);
    await publish(first, 'one');
    await first.stop();
    await expect(first.restart()).rejects.toThrow('was stopped');
    expect(await stored(await start({ storeDir }))).toEqual(['one']);

    const temporary = await startNats();
    await temporary.stop();
    await expect(access(dirname(temporary.storeDir))).rejects.toThrow('ENOENT');
  });

  it('waits for a server that still uses the store', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pes-test-store-'));
    cleanUps.push(() => rm(folder, { recursive: true }));
    const storeDir = join(folder, 'nats');
    const first = await startNats({ storeDir });
    await createStream(first);
    const starting = startNats({ storeDir });
    await publish(first, 'one');
    await first.stop();
    const second = await starting;
    cleanUps.push(() => second.stop());
    expect(await stored(second)).toEqual(['one']);
  });

  it('adds to the configuration, and throws with the log when the server does not accept it', async () => {
    const server = await start({ configExtra: 'authorization { token: "open sesame" }' });
    await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow(/authorization violation/i);
    const nc = await connect({ servers: server.url, reconnect: false, token: 'open sesame' });
    await nc.close();
    await expect(startNats({ configExtra: 'no_such_setting: 1' })).rejects.toThrow(/did not start on port \d+ .*no_such_setting/s);
  });
});
