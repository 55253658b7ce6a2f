import { connect } from 'node:net';

export interface NatsInfo {
  server_name: string;
  version: string;
  jetstream?: boolean;
  max_payload: number;
}

/**
 * The greeting that a nats-server sends to every connection before it asks for credentials (NATS client protocol, INFO).
 * undefined when nothing answers within the time.
 */
export function readNatsInfo(port: number, timeoutMs: number): Promise<NatsInfo | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: timeoutMs });
    let received = '';
    const finish = (info: NatsInfo | undefined): void => {
      socket.destroy();
      resolve(info);
    };
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      received += text;
      const end = received.indexOf('\r\n');
      if (end !== -1) finish(parseInfo(received.slice(0, end)));
    });
    socket.once('timeout', () => finish(undefined));
    socket.once('error', () => finish(undefined));
    socket.once('close', () => finish(undefined));
  });
}

function parseInfo(line: string): NatsInfo | undefined {
  if (!line.startsWith('INFO ')) return undefined;
  return JSON.parse(line.slice('INFO '.length)) as NatsInfo;
}
