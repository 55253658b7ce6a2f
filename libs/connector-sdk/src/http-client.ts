/** The connector's view of HTTP. An answer and its absence are both values: the connector classifies, nothing throws. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Whole call, connect to last byte. The manifest's callTimeoutMs when left out. */
  timeoutMs?: number;
}

export interface HttpAnswer {
  kind: 'answer';
  status: number;
  /** Lower-case names; repeated headers joined with ", ". */
  headers: Record<string, string>;
  body: string;
}

/**
 * not-sent: certainly nothing reached the provider (name, address refused, connect, TLS).
 * maybe-sent: bytes may have gone out before it failed; only a lookup can tell what happened.
 */
export interface HttpFailure {
  kind: 'not-sent' | 'maybe-sent';
  code: 'unreachable' | 'egress_refused' | 'timeout' | 'connection_lost' | 'answer_too_large';
  message: string;
}

export interface HttpClient {
  request(request: HttpRequest): Promise<HttpAnswer | HttpFailure>;
}
