import { type KeyboardEvent, useRef, useState } from 'react';
import type { TopRow } from '../components/top-list.tsx';
import { formatCount, formatShare } from '../format/numbers.ts';
import { t } from '../i18n/index.ts';
import { Mark } from '../ui/mark.tsx';
import { shadeOf, shadeRanges } from './shades.ts';
import { type CountryShape, MAP_HEIGHT, MAP_WIDTH, worldShapes } from './world-shapes.ts';

export interface WorldMapProps {
  /** What it shows, in words. */
  label: string;
  /** By ISO 3166-1 alpha-2, most clicks first. */
  rows: readonly TopRow[];
  picked: readonly string[];
  onPick(country: string): void;
}

let made: CountryShape[] | null = null;

/** Countries shaded by their clicks. One stop for the keyboard: arrows go from the busiest country to the next. */
export function WorldMap({ label, rows, picked, onPick }: WorldMapProps) {
  made ??= worldShapes();
  const shapes = made;
  const [active, setActive] = useState<string | null>(null);
  const map = useRef<SVGSVGElement>(null);
  const byCode = new Map(rows.map((row) => [row.value, row]));
  const onMap = new Set(shapes.map(({ code }) => code));
  const drawn = rows.filter(({ value }) => onMap.has(value));
  const tooSmall = rows.filter(({ value }) => /^[A-Z]{2}$/.test(value) && !onMap.has(value));
  const total = rows.reduce((sum, { clicks }) => sum + clicks, 0);
  const most = rows.reduce((max, { value, clicks }) => (value === '' ? max : Math.max(max, clicks)), 0);
  const stop = drawn.some(({ value }) => value === active) ? active : drawn[0]?.value;
  const shown = shapes.find(({ code }) => code !== null && code === active);
  const row = active === null ? undefined : byCode.get(active);

  const onKeyDown = (event: KeyboardEvent, code: string) => {
    if (event.key === 'Enter' || event.key === ' ') onPick(code);
    else {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step === undefined) return;
      const next = drawn[drawn.findIndex(({ value }) => value === code) + step]?.value;
      if (next !== undefined) map.current?.querySelector<SVGPathElement>(`[data-country="${next}"]`)?.focus();
    }
    event.preventDefault();
  };

  return (
    <div>
      <div className="relative">
        {/* biome-ignore lint/a11y/useSemanticElements: a group of what is drawn. */}
        <svg
          ref={map}
          role="group"
          aria-label={label}
          viewBox={`0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`}
          className="w-full"
          onPointerLeave={() => setActive(null)}
        >
          {shapes.map(({ code, key, path }) => {
            const country = code === null ? undefined : byCode.get(code);
            const look = {
              d: path,
              fill: `var(--heat-${shadeOf(country?.clicks ?? 0, most)})`,
              stroke: code !== null && picked.includes(code) ? 'var(--focus)' : 'var(--surface)',
              strokeWidth: code !== null && picked.includes(code) ? 2 : 0.6,
            };
            if (code === null || country === undefined) {
              return <path key={key} {...look} onPointerEnter={() => setActive(null)} />;
            }
            return (
              // biome-ignore lint/a11y/useSemanticElements: a country of a picture can be no button element.
              <path
                key={key}
                {...look}
                role="button"
                data-country={code}
                tabIndex={code === stop ? 0 : -1}
                aria-pressed={picked.includes(code)}
                aria-label={`${country.label}: ${t('common.clicks', { count: country.clicks })}`}
                className="cursor-pointer outline-none hover:stroke-[1.5] hover:[stroke:var(--text)] focus-visible:stroke-[3] focus-visible:[stroke:var(--focus)]"
                onPointerEnter={() => setActive(code)}
                onFocus={() => setActive(code)}
                onBlur={() => setActive(null)}
                onClick={() => onPick(code)}
                onKeyDown={(event) => onKeyDown(event, code)}
              />
            );
          })}
        </svg>
        {shown && row && (
          <div
            aria-hidden
            className="pointer-events-none absolute z-10 -translate-x-1/2 rounded-lg border border-line bg-raised px-2.5 py-1.5 text-xs whitespace-nowrap shadow-raised"
            style={{
              left: `clamp(5rem, ${(shown.centre[0] / MAP_WIDTH) * 100}%, calc(100% - 5rem))`,
              top: `${(shown.centre[1] / MAP_HEIGHT) * 100 + 4}%`,
            }}
          >
            <Mark text={row.value} /> <span className="font-medium">{row.label}</span>{' '}
            <span className="text-muted tabular-nums">
              {formatCount(row.clicks)} · {total > 0 ? formatShare(row.clicks / total) : '–'}
            </span>
          </div>
        )}
      </div>
      <Legend most={most} />
      {tooSmall.length > 0 && (
        <p className="mt-1 text-xs text-muted">
          {t('analytics.map.tooSmall', {
            names: tooSmall
              .slice(0, 5)
              .map((each) => `${each.label} (${formatCount(each.clicks)})`)
              .join(', '),
          })}
        </p>
      )}
    </div>
  );
}

function Legend({ most }: { most: number }) {
  return (
    <ul aria-label={t('analytics.map.legend')} className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {shadeRanges(most).map(({ shade, from, to }) => (
        <li key={shade} className="flex items-center gap-1.5 tabular-nums">
          <span
            aria-hidden
            className="size-3 rounded-sm border border-line"
            style={{ background: `var(--heat-${shade})` }}
          />
          {from === to ? formatCount(from) : `${formatCount(from)}–${formatCount(to)}`}
        </li>
      ))}
    </ul>
  );
}
