import { describe, expect, it } from '@jest/globals';
import { isConnectionError, isDataError } from '../src/index.ts';

const sqlError = (code: string): Error => Object.assign(new Error(`state ${code}`), { code });
const nodeError = (code: string, syscall = 'connect'): Error => Object.assign(new Error(code), { code, syscall });

describe.each([
  ['numeric out of range 22003', sqlError('22003'), 'data'],
  ['text too long 22001', sqlError('22001'), 'data'],
  ['untranslatable character 22P05', sqlError('22P05'), 'data'],
  ['unique violation 23505', sqlError('23505'), 'data'],
  ['check violation 23514', sqlError('23514'), 'data'],
  ['index row too large 54000', sqlError('54000'), 'data'],
  ['connection failure 08006', sqlError('08006'), 'connection'],
  ['admin shutdown 57P01', sqlError('57P01'), 'connection'],
  ['crash shutdown 57P02', sqlError('57P02'), 'connection'],
  ['starting up 57P03', sqlError('57P03'), 'connection'],
  ['idle in transaction 25P03', sqlError('25P03'), 'connection'],
  ['disk full 53100', sqlError('53100'), 'connection'],
  ['too many connections 53300', sqlError('53300'), 'connection'],
  ['refused', nodeError('ECONNREFUSED'), 'connection'],
  ['reset', nodeError('ECONNRESET', 'read'), 'connection'],
  ['broken pipe', nodeError('EPIPE', 'write'), 'connection'],
  ['name not found', nodeError('ENOTFOUND', 'getaddrinfo'), 'connection'],
  ['missing socket', nodeError('ENOENT'), 'connection'],
  ['pool timeout', new Error('timeout exceeded when trying to connect'), 'connection'],
  ['terminated', new Error('Connection terminated unexpectedly'), 'connection'],
  ['connect timeout', new Error('Connection terminated due to connection timeout'), 'connection'],
  ['half-open connection', new Error('Query read timeout'), 'connection'],
  ['broken client used again', new Error('Client has encountered a connection error and is not queryable'), 'connection'],
  ['wrapped data error', new Error('migration failed', { cause: sqlError('23502') }), 'data'],
  ['wrapped network error', new Error('batch failed', { cause: nodeError('ECONNRESET') }), 'connection'],
  ['missing file', nodeError('ENOENT', 'open'), 'neither'],
  ['statement timeout 57014', sqlError('57014'), 'neither'],
  ['deadlock 40P01', sqlError('40P01'), 'neither'],
  ['undefined table 42P01', sqlError('42P01'), 'neither'],
  ['statement too complex 54001', sqlError('54001'), 'neither'],
  ['pool ended', new Error('Cannot use a pool after calling end on the pool'), 'neither'],
  ['data that mentions a connection', Object.assign(new Error('Connection terminated'), { code: '23505' }), 'data'],
  ['text', 'ECONNRESET', 'neither'],
  ['nothing', undefined, 'neither'],
] as const)('%s', (_, error, kind) => {
  it(`is the fault of: ${kind}`, () => {
    expect({ data: isDataError(error), connection: isConnectionError(error) }).toEqual({ data: kind === 'data', connection: kind === 'connection' });
  });
});
