/** Hands an address to the desktop. Returns whether something was there to take it. */
export function openInBrowser(url: string): boolean {
  const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  const program = Bun.which(opener);
  if (program === null) return false;
  const child = Bun.spawn([program, url], { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' });
  child.unref();
  return true;
}
