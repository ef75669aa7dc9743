export type ClaimKind = 'username' | 'email';

/** Under what a name is claimed: e-mail in lower case, since its case tells nobody apart. */
export function claimValue(kind: ClaimKind, name: string): string {
  return kind === 'email' ? name.toLowerCase() : name;
}

/** Lower case of A to Z alone: what the stores' indexes and searches go by. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
