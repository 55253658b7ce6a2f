import { Ajv2020 } from 'ajv/dist/2020.js';
import * as ajvFormats from 'ajv-formats';
import type { OpenApiDocument } from '../src/http/openapi.ts';

type Content = Record<string, { schema?: object }>;

interface Operation { operationId: string; responses: Record<string, { content?: Content }> }

interface SeenAnswer {
  method: string;
  path: string;
  status: number;
  contentType: string | undefined;
  body: unknown;
}

/** Holds answers against the OpenAPI document. */
export interface AnswerCheck {
  /** What is not as documented, or undefined. */
  complaint(answer: SeenAnswer): string | undefined;
  /** operationId and status of everything that was seen. */
  seen: Map<string, Set<number>>;
  operations: ReadonlyArray<{ path: string; method: string; operationId: string }>;
}

export function createAnswerCheck(document: OpenApiDocument): AnswerCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajvFormats.default.default(ajv);
  ajv.addSchema({ $id: 'https://api.test/openapi', ...document });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
    path, method, operation, operationId: operation.operationId, pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  })));
  const validators = new Map<object, ReturnType<typeof ajv.compile>>();
  const seen = new Map<string, Set<number>>();

  function schemaComplaint(schema: object, body: unknown): string | undefined {
    const validate = validators.get(schema) ?? ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"https://api.test/openapi#/components/')) as object);
    validators.set(schema, validate);
    return validate(body) ? undefined : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(body).slice(0, 500)}`;
  }

  function bodyComplaint(content: Content | undefined, { contentType, body }: SeenAnswer): string | undefined {
    if (content === undefined) return body === undefined || body === '' ? undefined : 'has a body, which is not documented';
    const [type = '', { schema } = {}] = Object.entries(content)[0] ?? [];
    if (type === '*/*') return undefined;
    if (contentType?.split(';')[0] !== type.split(';')[0]) return `is ${contentType ?? 'untyped'}, documented is ${type}`;
    return schema === undefined ? undefined : schemaComplaint(schema, body);
  }

  return {
    seen, operations,
    complaint(answer) {
      const { method, path, status, body } = answer;
      const [pathname = ''] = path.split('?');
      // A path without parameters wins over one with them.
      const [found] = operations.filter((candidate) => candidate.pattern.test(pathname) && candidate.method === method.toLowerCase()).sort((a, b) => a.path.split('{').length - b.path.split('{').length);
      if (found === undefined) return `${method} ${pathname} is not in the document`;
      seen.set(found.operationId, (seen.get(found.operationId) ?? new Set()).add(status));
      const response = found.operation.responses[status];
      if (response === undefined) return `${found.operationId} answers ${status}, which is not documented: ${JSON.stringify(body)}`;
      const complaint = bodyComplaint(response.content, answer);
      return complaint === undefined ? undefined : `${found.operationId} ${status}: ${complaint}`;
    },
  };
}
