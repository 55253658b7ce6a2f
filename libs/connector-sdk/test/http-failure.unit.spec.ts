import { describe, expect, it } from '@jest/globals';
import { ConnectFailure } from '../src/guarded-connect.ts';
import { failureOf, type Trouble } from '../src/http-failure.ts';
import { outcomeOfFailure } from '../src/outcomes.ts';

const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });
const connect = (cause: unknown): Trouble => ({ kind: 'error', error: new ConnectFailure(cause instanceof Error ? cause.message : 'failed', { refused: false, cause }) });
const later = (code: string): Trouble => ({ kind: 'error', error: coded(code) });

describe('failureOf', () => {
  it.each<[string, Trouble, boolean, string, string, string]>([
    ['name unknown', connect(coded('ENOTFOUND')), false, 'not-sent', 'unreachable', 'retry'],
    ['name server down', connect(coded('EAI_AGAIN')), false, 'not-sent', 'unreachable', 'retry'],
    ['refused', connect(coded('ECONNREFUSED')), false, 'not-sent', 'unreachable', 'retry'],
    ['all addresses refused', connect(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])), false, 'not-sent', 'unreachable', 'retry'],
    ['no route', connect(coded('EHOSTUNREACH')), false, 'not-sent', 'unreachable', 'retry'],
    ['no network', connect(coded('ENETUNREACH')), false, 'not-sent', 'unreachable', 'retry'],
    ['connect timeout of node', connect(coded('ETIMEDOUT')), false, 'not-sent', 'unreachable', 'retry'],
    ['connect timeout of undici', connect(coded('UND_ERR_CONNECT_TIMEOUT')), false, 'not-sent', 'unreachable', 'retry'],
    ['reset in the handshake', connect(coded('ECONNRESET')), false, 'not-sent', 'unreachable', 'retry'],
    ['certificate expired', connect(coded('CERT_HAS_EXPIRED')), false, 'not-sent', 'unreachable', 'retry'],
    ['certificate for another name', connect(coded('ERR_TLS_CERT_ALTNAME_INVALID')), false, 'not-sent', 'unreachable', 'retry'],
    ['certificate not trusted', connect(coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE')), false, 'not-sent', 'unreachable', 'retry'],
    ['no common TLS version', connect(coded('EPROTO')), false, 'not-sent', 'unreachable', 'retry'],
    ['connect error without a code', connect('what'), false, 'not-sent', 'unreachable', 'retry'],
    ['address refused', { kind: 'error', error: new ConnectFailure('10.0.0.1 is not a public address', { refused: true }) }, false, 'not-sent', 'egress_refused', 'rejected'],
    ['request that HTTP cannot carry', later('UND_ERR_INVALID_ARG'), false, 'not-sent', 'egress_refused', 'rejected'],
    ['agent closed', later('UND_ERR_CLOSED'), false, 'not-sent', 'unreachable', 'retry'],
    ['too many origins', later('UND_ERR_MAX_ORIGINS_REACHED'), false, 'not-sent', 'unreachable', 'retry'],
    ['time over while waiting', { kind: 'timed-out', timeoutMs: 5 }, false, 'not-sent', 'unreachable', 'retry'],
    ['cut off while waiting', { kind: 'cut-off' }, false, 'not-sent', 'unreachable', 'retry'],
    ['time over', { kind: 'timed-out', timeoutMs: 5 }, true, 'maybe-sent', 'timeout', 'unknown'],
    ['cut off', { kind: 'cut-off' }, true, 'maybe-sent', 'timeout', 'unknown'],
    ['answer too large', { kind: 'too-large', maxBytes: 5 }, true, 'maybe-sent', 'answer_too_large', 'unknown'],
    ['headers too large', later('UND_ERR_HEADERS_OVERFLOW'), true, 'maybe-sent', 'answer_too_large', 'unknown'],
    ['reset', later('ECONNRESET'), true, 'maybe-sent', 'connection_lost', 'unknown'],
    ['broken pipe', later('EPIPE'), true, 'maybe-sent', 'connection_lost', 'unknown'],
    ['other side closed', later('UND_ERR_SOCKET'), true, 'maybe-sent', 'connection_lost', 'unknown'],
    ['aborted', later('UND_ERR_ABORTED'), true, 'maybe-sent', 'connection_lost', 'unknown'],
    ['not HTTP', later('HPE_INVALID_CONSTANT'), true, 'maybe-sent', 'connection_lost', 'unknown'],
    ['something unheard of', { kind: 'error', error: 'odd' }, true, 'maybe-sent', 'connection_lost', 'unknown'],
    // A code of the connect phase settles nothing once a connection had taken the request.
    ['connect code after the start', later('ECONNREFUSED'), true, 'maybe-sent', 'connection_lost', 'unknown'],
  ])('%s', (_name, trouble, started, kind, code, outcome) => {
    const failure = failureOf(trouble, started, 'api.example.com');
    expect(failure).toMatchObject({ kind, code });
    expect(failure.message).not.toBe('');
    expect(outcomeOfFailure(failure)).toMatchObject({ kind: outcome, code });
  });
});
