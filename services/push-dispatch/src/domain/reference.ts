import type { ConnectorManifest } from '@pes/contracts';

type ReferenceRules = ConnectorManifest['reference'];

/** `<account prefix><OrderNumber>`: readable for people at the provider, and unique there because the prefix belongs to one account. */
export function orderReference(prefix: string, orderNumber: number): string {
  return `${prefix}${orderNumber}`;
}

/** `<order reference><separator><OrderItemNumber>`. */
export function itemReference(reference: string, itemNumber: number, rules: ReferenceRules): string {
  return `${reference}${rules.itemSeparator}${itemNumber}`;
}

/** Says what is wrong with a reference for this provider, or undefined when it fits. */
export function referenceProblem(reference: string, { maxLength, allowed }: ReferenceRules): string | undefined {
  if (reference.length > maxLength) return `the order number would be ${reference} (${reference.length} characters), but at most ${maxLength} are allowed`;
  const wrong = [...reference].find((character) => !new RegExp(`^${allowed}$`).test(character));
  return wrong === undefined ? undefined : `the order number would be ${reference}, but the character "${wrong}" is not allowed`;
}
