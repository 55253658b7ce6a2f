import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../src/index.ts';

function logged(...entry: [object, string]): Record<string, unknown> {
  const lines: string[] = [];
  createLogger({ service: 'push-dispatch', level: 'info', destination: { write: (line) => void lines.push(line) } }).info(...entry);
  return JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
}

describe('createLogger', () => {
  it('writes one JSON line with service, level as a word and UTC time', () => {
    expect(logged({ orderId: 'o-1' }, 'sent')).toMatchObject({ level: 'info', service: 'push-dispatch', orderId: 'o-1', msg: 'sent', time: expect.stringMatching(/^\d{4}-.*Z$/) });
  });

  it.each([
    ['a header', { headers: { authorization: 'hunter2' } }],
    ['a header of a request', { request: { headers: { authorization: 'hunter2', cookie: 'hunter2' } } }],
    ['an API key header', { headers: { 'x-api-key': 'hunter2' } }],
    ['credentials of an account', { account: { credentials: { token: 'hunter2' } } }],
    ['credentials by themselves', { credentials: { key: 'hunter2' } }],
    ['a password', { password: 'hunter2' }],
    ['a configuration', { config: { DATABASE_URL: 'postgres://u:hunter2@h/d' } }],
  ])('blanks out %s', (_, object) => {
    const text = JSON.stringify(logged(object, 'oops'));
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('hunter2');
  });

  it.each(['err', 'error'])('writes an error under %s with its stack and its cause', (key) => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(logged({ [key]: error }, 'failed')[key]).toMatchObject({ type: 'Error', message: expect.stringContaining('outer'), stack: expect.stringContaining('inner') });
  });

  it('leaves out what is below its level', () => {
    const lines: string[] = [];
    const log = createLogger({ service: 's', level: 'warn', destination: { write: (line) => void lines.push(line) } });
    log.info('no');
    log.warn('yes');
    expect(lines).toHaveLength(1);
  });
});
