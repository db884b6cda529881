import { z } from 'zod';

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const statement = z.looseObject({
  Effect: z.string(),
  Principal: z
    .union([
      z.literal('*').transform(() => ['*']),
      z.looseObject({ AWS: oneOrMany.default([]) }).transform((p) => p.AWS),
    ])
    .default([]),
});

const policyDocument = z.looseObject({
  Statement: z.union([z.array(statement), statement.transform((one) => [one])]),
});

/**
 * Lists the AWS principals that a policy document allows, `*` for everyone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 * @throws when the text is no policy document; IAM sends its documents URL-encoded
 */
export function allowedPrincipals(text: string): readonly string[] {
  const json = text.trimStart().startsWith('%7B') ? decodeURIComponent(text) : text;
  return policyDocument
    .parse(JSON.parse(json))
    .Statement.filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Principal }) => Principal);
}

/** Says whether a principal belongs to none of the accounts; ids of deleted principals belong to nobody. */
export function isForeign(principal: string, accounts: readonly string[]): boolean {
  if (principal === '*') return true;
  const account = principal.startsWith('arn:') ? principal.split(':')[4] : principal;
  return account !== undefined && /^\d{12}$/.test(account) && !accounts.includes(account);
}
