import { connect, type Socket } from 'node:net';
import { createDelayedWriter } from './delayed-writer.ts';
import type { Fault } from './fault-proxy.ts';

export interface ProxyLink {
  /** The client can still send. */
  clientIsOpen(): boolean;
  /** To be called after the fault changed, and once at the start. */
  faultChanged(): void;
  /** Resets both sides. */
  reset(): void;
}

export interface ProxyLinkOptions {
  client: Socket;
  target: { host: string; port: number };
  currentFault: () => Fault;
  /** Data came in from either side. Called after it was handed on or swallowed. */
  onReceived: (bytes: number) => void;
  /** Both sides are gone. */
  onClosed: () => void;
}

/** One client connection and, unless it came into a black hole, the connection to the target that belongs to it. */
export function createProxyLink({ client, target, currentFault, onReceived, onClosed }: ProxyLinkOptions): ProxyLink {
  /** Something was swallowed: the two sides no longer agree. */
  let torn = false;
  /** The client sent something since the fault began. */
  let requested = false;
  const swallows = (): boolean => currentFault() === 'blackhole' || currentFault() === 'half-open';
  const latencyMs = (): number => {
    const fault = currentFault();
    return typeof fault === 'object' ? fault.latencyMs : 0;
  };

  const reset = (): void => {
    cut(client);
    if (upstream !== undefined) cut(upstream);
  };

  /** Hands on what one side does to the other, or swallows it. */
  const relay = (from: Socket, to: Socket, onData: () => 'pass' | 'drop'): void => {
    const writer = createDelayedWriter({ from, to, delayMs: latencyMs });
    const pass = (action: () => void): void => {
      if (swallows()) torn = true;
      else action();
    };
    from.on('data', (data: Buffer) => {
      pass(() => {
        if (onData() === 'pass') writer.write(data);
      });
      onReceived(data.length);
    });
    from.on('end', () => pass(() => writer.end()));
    from.on('error', () => pass(() => cut(to)));
    from.on('close', (hadError) => {
      if (!hadError) pass(() => writer.finish());
      if (client.closed && to.closed && from.closed) onClosed();
    });
  };

  let upstream: Socket | undefined;
  if (currentFault() === 'blackhole' || currentFault() === 'reset') {
    torn = true;
    client.on('data', (data) => onReceived(data.length));
    client.on('error', () => undefined);
    client.on('close', onClosed);
  } else {
    upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    relay(client, upstream, () => {
      requested = currentFault() === 'cut-after-request';
      return 'pass';
    });
    relay(upstream, client, () => {
      if (!requested) return 'pass';
      reset();
      return 'drop';
    });
  }

  return {
    clientIsOpen: () => !client.destroyed && !client.readableEnded,
    faultChanged() {
      requested = false;
      if (currentFault() === 'reset' || (torn && !swallows())) reset();
    },
    reset,
  };
}

/** Ends a connection with RST, as far as it can get one: not before it is open, nor while its orderly end is being sent. */
function cut(socket: Socket): void {
  if (socket.connecting || (socket.writableEnded && !socket.writableFinished)) socket.destroy();
  else if (!socket.destroyed) socket.resetAndDestroy();
}
