const DIGITS = '0123456789';

/** A number whose digits roll to their next value. `text` is the number as it is formatted. */
export function RollingNumber({ text, className }: { text: string; className?: string }) {
  const characters = [...text];
  return (
    <span className={className}>
      <span className="sr-only">{text}</span>
      <span aria-hidden className="inline-flex leading-none tabular-nums">
        {characters.map((character, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: places count from the right, so that ones stay ones when a digit comes in front.
          <Character key={characters.length - index} character={character} />
        ))}
      </span>
    </span>
  );
}

function Character({ character }: { character: string }) {
  const digit = DIGITS.indexOf(character);
  if (digit === -1) return <span>{character}</span>;
  return (
    <span className="inline-block h-[1em] overflow-hidden">
      <span
        className="block transition-transform duration-500 ease-out motion-reduce:transition-none"
        style={{ transform: `translateY(${-digit}em)` }}
      >
        {[...DIGITS].map((each) => (
          <span key={each} className="block h-[1em]">
            {each}
          </span>
        ))}
      </span>
    </span>
  );
}
