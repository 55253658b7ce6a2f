/** What the subject of a message says about whom and what it concerns. */
export interface SubjectParts {
  subscriberId: string | null;
  provider: string | null;
  accountId: string | null;
  siteId: string | null;
}

type Part = keyof SubjectParts;

/** Names of the tokens by the first tokens of a subject. See `subjects` in the contracts. */
const layouts: ReadonlyArray<{ prefix: string; tokens: readonly Part[] }> = [
  { prefix: 'registry.account.', tokens: ['subscriberId', 'accountId'] },
  { prefix: 'registry.activation.', tokens: ['subscriberId', 'siteId', 'accountId'] },
  { prefix: 'registry.entity.', tokens: ['subscriberId', 'accountId'] },
  { prefix: 'registry.site.', tokens: ['subscriberId', 'siteId'] },
  { prefix: 'connector.manifest.', tokens: ['provider'] },
  { prefix: 'work.push.', tokens: ['provider', 'accountId'] },
  { prefix: 'work.inbound.', tokens: ['provider', 'accountId'] },
  { prefix: 'outcome.push.', tokens: ['provider', 'accountId'] },
  { prefix: 'dead.push-dispatch.push.', tokens: ['provider', 'accountId'] },
];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Subjects of other layouts end with the subscriber. A token that is no UUID where one belongs is left out. */
export function subjectParts(subject: string): SubjectParts {
  const parts: SubjectParts = { subscriberId: null, provider: null, accountId: null, siteId: null };
  const layout = layouts.find(({ prefix }) => subject.startsWith(prefix));
  if (layout === undefined) {
    const last = subject.split('.').at(-1) ?? '';
    return { ...parts, subscriberId: uuid.test(last) ? last : null };
  }
  const tokens = subject.slice(layout.prefix.length).split('.');
  for (const [index, part] of layout.tokens.entries()) {
    const token = tokens[index];
    if (token !== undefined && (part === 'provider' || uuid.test(token))) parts[part] = token;
  }
  return parts;
}
