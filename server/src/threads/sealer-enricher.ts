import type { EnrichedClick, OutboxClick } from '../clicks/click.ts';
import { createEnricher } from '../clicks/enrich/enricher.ts';
import { createVisitorHasher } from '../clicks/enrich/visitor.ts';
import { DAY_MS, systemClock } from '../platform/clock.ts';
import { hash52, randomSalt } from '../platform/visitor-hash.ts';
import { openMmdbGeo } from '../storage/geo/mmdb-geo.ts';

/** Salts of days beside today and tomorrow are dropped from memory. */
const SALT_DAYS_KEPT = 3;

/** The enricher of the sealer thread, its salts fetched from the writer before they are needed. */
export function createThreadEnricher(
  options: { dataDir: string; geoipPath: string | null },
  fetchSalt: (day: number) => Promise<string | null>,
): {
  enrich(click: OutboxClick): EnrichedClick;
  prepare(clicks: readonly OutboxClick[]): Promise<void>;
  geoSource: string | null;
  problems: readonly string[];
} {
  const geo = openMmdbGeo({
    dataDir: options.dataDir,
    databaseFile: options.geoipPath,
  });
  const salts = new Map<number, string | null>();
  const visitors = createVisitorHasher({ saltFor: (day) => salts.get(day) ?? null, hash: hash52, randomSalt });

  const fetchDay = async (day: number): Promise<void> => {
    try {
      salts.set(day, await fetchSalt(day));
    } catch {
      // The database is away: clicks get a local salt, and the next batch asks again.
    }
  };

  return {
    enrich: createEnricher({ geo, visitors }),
    geoSource: geo.files.map(({ path }) => path).join(', ') || null,
    problems: geo.problems,
    async prepare(clicks) {
      const today = Math.floor(systemClock() / DAY_MS);
      const wanted = new Set([today, today + 1, ...clicks.map(({ at }) => Math.floor(at / DAY_MS))]);
      for (const day of wanted) if (!salts.has(day)) await fetchDay(day);
      if (salts.size > wanted.size + SALT_DAYS_KEPT) {
        for (const day of salts.keys()) if (!wanted.has(day)) salts.delete(day);
      }
    },
  };
}
