const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A key, or keys one after the other: `mod+k`, `g l`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span aria-hidden className="inline-flex gap-1">
      {keys.split(' ').map((key) => (
        <kbd
          key={key}
          className="min-w-5 rounded border border-line-strong/50 bg-sunken px-1 text-center font-sans text-xs leading-4.5 text-muted"
        >
          {shown(key)}
        </kbd>
      ))}
    </span>
  );
}

function shown(key: string): string {
  const words = key
    .replace('mod+', APPLE ? '⌘' : 'Ctrl ')
    .replace('ArrowDown', '↓')
    .replace('ArrowUp', '↑');
  return words.length === 1
    ? words.toUpperCase()
    : words.replace(/ (\w)$/, (_, letter: string) => ` ${letter.toUpperCase()}`);
}
