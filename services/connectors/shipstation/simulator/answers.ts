/** An HTTP answer before it is written. */
export interface Answer {
  status: number;
  body: string;
  contentType?: string;
}

export function json(status: number, value: unknown): Answer {
  return { status, body: JSON.stringify(value) };
}

/** How the V1 API reports a broken business rule: an unhandled .NET exception. */
export function exception(reason: string): Answer {
  return json(500, {
    Message: 'An error has occurred.',
    ExceptionMessage: reason,
    ExceptionType: 'System.Exception',
    StackTrace: '   at Simulated.Orders.OrderService.Save(ApiOrder order)\r\n   at Simulated.Orders.OrdersController.CreateOrder(ApiOrder order)',
  });
}

/** How it reports a body that does not fit its model. */
export function modelError(complaints: Record<string, string[]>): Answer {
  return json(400, { Message: 'The request is invalid.', ModelState: complaints });
}

export function htmlPage(status: number): Answer {
  return { status, contentType: 'text/html; charset=utf-8', body: `<!doctype html>\n<html><head><title>${status}</title></head><body><h1>The gateway could not serve the page</h1></body></html>\n` };
}

export const invalidCredentials = json(401, { message: 'Invalid API credentials' });
export const forbidden = json(403, { message: 'API access is not part of this plan' });
export const tooManyRequests = json(429, { message: 'Too Many Requests' });
export const internalError = json(500, { message: 'An internal error occurred' });
export const invalidParameters = json(400, { message: 'Invalid request parameters' });
