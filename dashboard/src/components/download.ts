/** Gives the browser a file to keep. */
export function download(name: string, content: Blob | string): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: 'text/csv;charset=utf-8' }) : content;
  const url = URL.createObjectURL(blob);
  follow(url, name);
  // The click has taken the address; a moment later nobody needs it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Has the browser load an address as a file. */
export function follow(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
