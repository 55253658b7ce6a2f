import type { Api } from '../api.ts';
import { checkAddresses } from '../check-addresses.ts';
import { prefixProblem } from '../domain/reference-prefix.ts';
import type { FieldProblem } from '../domain/refusal.ts';
import type { Provider } from '../provider-catalog.ts';

export interface AccountForm {
  settings?: Record<string, unknown>;
  credentials?: Record<string, unknown>;
  referencePrefix?: string;
}

/** Everything that is wrong with what was entered, by the provider's own forms and by where its addresses lead. */
export async function checkForm(api: Api, { manifest, check }: Provider, { settings, credentials, referencePrefix }: AccountForm): Promise<FieldProblem[]> {
  const problems: FieldProblem[] = [];
  if (settings !== undefined) {
    problems.push(...check('accountSettings', settings, 'body.settings'), ...await checkAddresses(api, manifest.schemas.accountSettings, settings, 'body.settings'));
  }
  if (credentials !== undefined) {
    const addresses = await checkAddresses(api, manifest.schemas.credentials, credentials, 'body.credentials');
    // What was entered here is not repeated, not even the host of an address.
    problems.push(...check('credentials', credentials, 'body.credentials'), ...addresses.map(({ field }) => ({ field, message: 'is an address that may not be called' })));
  }
  const prefix = referencePrefix === undefined ? undefined : prefixProblem(referencePrefix, manifest);
  return prefix === undefined ? problems : [...problems, prefix];
}
