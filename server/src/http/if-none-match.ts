/** Whether an `If-None-Match` already has this representation. Weak comparison. Source: RFC 9110, 13.1.2. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => {
    const given = tag.trim();
    return given === '*' || given === etag || given === `W/${etag}`;
  });
}
