const WIDTH = 100;
const HEIGHT = 28;

/** A small line of counts, oldest first, in the width it is given; `label` says in words what it shows. */
export function Sparkline({
  points,
  label,
  className,
}: {
  points: readonly number[];
  label: string;
  className?: string;
}) {
  const most = Math.max(1, ...points);
  const step = WIDTH / Math.max(1, points.length - 1);
  const line = points.map(
    (count, i) => `${(i * step).toFixed(1)},${(HEIGHT - 2 - (count / most) * (HEIGHT - 4)).toFixed(1)}`,
  );
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={className ?? 'h-7 w-24'}
    >
      <polygon points={`0,${HEIGHT} ${line.join(' ')} ${WIDTH},${HEIGHT}`} fill="var(--chart-fill)" />
      <polyline
        points={line.join(' ')}
        fill="none"
        stroke="var(--chart-1)"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  );
}
