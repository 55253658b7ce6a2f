import { letterStatuses } from './domain/dead-letter.ts';

/** Pieces of the schemas of requests. */
const uuidPattern = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

export const uuid = { type: 'string', pattern: `^${uuidPattern}$` };
/** A whole id, or its last twelve digits as tables show them. */
export const idOrTail = { type: 'string', pattern: `^(${uuidPattern}|[0-9a-f]{12})$` };
/** A day that exists, in a century that PostgreSQL and people agree on. */
export const time = { type: 'string', format: 'date-time', pattern: String.raw`^(19|20)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$` };
export const actor = { type: 'string', minLength: 1, maxLength: 200 };
export const note = { type: 'string', minLength: 1, maxLength: 1000 };
export const limit = { type: 'integer', minimum: 1, maximum: 500, default: 50 };

const text = (maxLength: number): Readonly<Record<string, unknown>> => ({ type: 'string', minLength: 1, maxLength });

/** See LetterFilter. */
export const letterFilter = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ids: { type: 'array', items: idOrTail, minItems: 1, maxItems: 500 },
    kind: { enum: ['push', 'message'] },
    status: { enum: letterStatuses },
    subscriberId: uuid,
    siteId: uuid,
    accountId: uuid,
    provider: text(31),
    code: text(60),
    consumer: text(100),
    from: time,
    to: time,
    text: text(200),
  },
};
