export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export interface Violation {
  path: string;
  message: string;
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });

function failure(status: number, name: string, message: string): Answer {
  return { status, body: { success: false, error: { message, name, code: status } } };
}

function validationFailed(validations: Violation[]): Answer {
  return { status: 400, body: { error: { ofError: true, statusCode: 400, code: 208, message: 'Validation Failed', validations, mongoErr: true } } };
}

/** The bare form in which gateways answer, without success flag or error object. */
function gatewayMessage(status: number, message: string): Answer {
  return { status, body: { message } };
}

export const answers = { ok, failure, validationFailed, gatewayMessage };
