/** The value that the theme gives a colour, for a canvas: `--chart-1`. */
export function themeColour(name: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Calls `redraw` when the theme changes. Returns how to stop. */
export function onTheme(redraw: () => void): () => void {
  document.addEventListener('waymark:theme', redraw);
  return () => document.removeEventListener('waymark:theme', redraw);
}
