import { describe, expect, it } from '@jest/globals';
import { baseConfigProperties, loadConfig } from '../src/index.ts';

const schema = {
  type: 'object',
  properties: {
    ...baseConfigProperties,
    BATCH_SIZE: { type: 'integer', minimum: 1, maximum: 500, default: 200, description: 'Orders per batch' },
    LOSS_RATIO: { type: 'number', minimum: 0 },
    DRY_RUN: { type: 'boolean', default: false },
    ADMIN_EMAIL: { type: 'string', format: 'email', examples: ['ops@print.example'] },
    API_TOKEN: { type: 'string', minLength: 8, 'x-secret': true, examples: ['<32 random characters>'] },
    REGION: { type: 'string', enum: ['eu', 'us'] },
  },
  required: ['NATS_URL', 'DATABASE_URL', 'API_TOKEN'],
} as const;

const good = { NATS_URL: 'nats://127.0.0.1:4222', DATABASE_URL: 'postgres://dispatch:pw@db:5432/pes', API_TOKEN: 'longenough' };

function problems(env: NodeJS.ProcessEnv): string[] {
  const loaded = loadConfig(schema, env);
  return loaded.ok ? [] : loaded.error;
}

describe('loadConfig', () => {
  it('fills defaults and leaves optional variables out', () => {
    expect(loadConfig(schema, good)).toEqual({
      ok: true,
      value: { ...good, DATABASE_MAX_CONNECTIONS: 10, HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, LOG_LEVEL: 'info', BATCH_SIZE: 200, DRY_RUN: false },
    });
  });

  it('makes numbers and booleans of text, and the types say so', () => {
    const loaded = loadConfig(schema, { ...good, BATCH_SIZE: '50', LOSS_RATIO: '0.25', DRY_RUN: 'true', HTTP_PORT: ' 8080 ', REGION: 'eu' });
    if (!loaded.ok) throw new Error(loaded.error.join('\n'));
    const batchSize: number = loaded.value.BATCH_SIZE;
    const dryRun: boolean = loaded.value.DRY_RUN;
    const ratio: number | undefined = loaded.value.LOSS_RATIO;
    const region: 'eu' | 'us' | undefined = loaded.value.REGION;
    // @ts-expect-error a variable that the schema does not name
    const unnamed: unknown = loaded.value.PATH;
    expect([batchSize, dryRun, ratio, region, loaded.value.HTTP_PORT, unnamed]).toEqual([50, true, 0.25, 'eu', 8080, undefined]);
  });

  it('ignores variables that the schema does not name', () => {
    const loaded = loadConfig(schema, { ...good, PATH: '/bin', HOME: '/root' });
    expect(loaded.ok && Object.keys(loaded.value)).not.toContain('PATH');
  });

  it('takes an empty variable for an unset one', () => {
    const loaded = loadConfig(schema, { ...good, BATCH_SIZE: '', REGION: '  ' });
    expect(loaded.ok && loaded.value).toMatchObject({ BATCH_SIZE: 200 });
    expect(problems({ ...good, NATS_URL: '' })).toHaveLength(1);
  });

  it('does not change the environment or the schema', () => {
    const env = Object.freeze({ ...good, BATCH_SIZE: '7' });
    loadConfig(schema, env);
    expect(env.BATCH_SIZE).toBe('7');
  });

  it('lists every problem at once, in the order of the schema', () => {
    const lines = problems({ DATABASE_URL: 'mysql://x', HTTP_PORT: '70000', LOG_LEVEL: 'loud', BATCH_SIZE: 'many', DRY_RUN: 'yes', ADMIN_EMAIL: 'nobody', API_TOKEN: 'short' });
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual(['NATS_URL', 'DATABASE_URL', 'HTTP_PORT', 'LOG_LEVEL', 'BATCH_SIZE', 'DRY_RUN', 'ADMIN_EMAIL', 'API_TOKEN']);
  });

  it.each([
    ['a missing one', { NATS_URL: undefined }, 'NATS_URL is not set. NATS servers, comma separated. Example: NATS_URL=nats://127.0.0.1:4222'],
    ['a wrong number', { BATCH_SIZE: '1.5' }, 'BATCH_SIZE must be a whole number, but is "1.5". Orders per batch. Example: BATCH_SIZE=200'],
    ['one that is too small', { BATCH_SIZE: '0' }, 'BATCH_SIZE must be at least 1, but is "0". Orders per batch. Example: BATCH_SIZE=200'],
    ['one that is too large', { BATCH_SIZE: '501' }, 'BATCH_SIZE must be at most 500, but is "501". Orders per batch. Example: BATCH_SIZE=200'],
    ['a word that is none of the choices', { REGION: 'asia' }, 'REGION must be one of eu, us, but is "asia". Example: REGION=eu'],
    ['a wrong boolean', { DRY_RUN: '1' }, 'DRY_RUN must be true or false, but is "1". Example: DRY_RUN=false'],
    ['a wrong format', { ADMIN_EMAIL: 'me' }, 'ADMIN_EMAIL must match format "email", but is "me". Example: ADMIN_EMAIL=ops@print.example'],
    ['a secret that is too short', { API_TOKEN: 'short' }, 'API_TOKEN must have at least 8 characters. Example: API_TOKEN=<32 random characters>'],
  ])('says for %s what is wrong and what would be right', (_, change, line) => {
    expect(problems({ ...good, ...change })).toEqual([line]);
  });

  it('never shows the value of a secret, nor the user part of an address', () => {
    const lines = problems({ NATS_URL: 'http://user:hunter2@nats:4222', DATABASE_URL: 'mysql://u:hunter2@db', API_TOKEN: 'hunter2' });
    expect(lines).toHaveLength(3);
    expect(lines.join('\n')).not.toContain('hunter2');
    expect(lines[0]).toContain('"http://***@nats:4222"');
  });
});
