import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { Sealer, type SealerStatus } from '../../clicks/sealer.ts';
import { systemClock } from '../../platform/clock.ts';
import { adoptOutbox } from '../../storage/outbox/adopt.ts';
import { type OutboxContents, seqsIn } from '../../storage/outbox/outbox-contents.ts';
import { RawQueue } from '../../storage/outbox/raw-queue.ts';
import { SealedLog, sealedThrough } from '../../storage/outbox/sealed-log.ts';
import { addRange, type EdgeRanges } from '../../storage/outbox/seq-ranges.ts';
import { PostgresConfirmations } from '../../storage/postgres/confirmations.ts';
import { PostgresIngestStore } from '../../storage/postgres/ingest-store.ts';
import { createAsk } from '../../storage/postgres/questions.ts';
import { createThreadEnricher } from '../../threads/sealer-enricher.ts';
import type { ScaledOutConfig } from './with-pool.ts';

const ASK_MS = 10_000;
/** Of no edge: gaps of the edges that are replayed stay open, as what is missing there may come from elsewhere. */
const NO_EDGE = '';
const NEVER_ROTATED = Number.MAX_SAFE_INTEGER;
/** While batches are on their way. */
const WAIT_MS = 5;
/** A delivery that fails for this long is given up; a batch that no ingest takes is a dead letter before. */
const FAILING_MS = 20_000;

/** Which seqs PostgreSQL has of the edges that an outbox holds. Errors: `unavailable`. */
export async function committedInPostgres(pool: Pool, contents: OutboxContents): Promise<EdgeRanges> {
  const edgeIds = [...seqsIn(contents).keys()];
  const committed: EdgeRanges = new Map();
  for (const edge of await new PostgresConfirmations(createAsk(pool, ASK_MS)).committed(edgeIds)) {
    addRange(committed, edge.edgeId, 1, edge.watermark);
    for (const [first, last] of edge.ranges) addRange(committed, edge.edgeId, first, last);
  }
  return committed;
}

/**
 * Brings the clicks of an outbox into PostgreSQL, each once: sealed batches as they are, raw segments enriched and sealed
 * first. The outbox is left as it is; doing it again changes nothing that is counted.
 * Errors: rejects, with what was committed until then kept, when the database goes away or the disk is full.
 */
export async function replayIntoPostgres(
  config: ScaledOutConfig,
  pool: Pool,
  incoming: OutboxContents,
): Promise<Pick<SealerStatus, 'committed' | 'discarded' | 'dead'>> {
  const ingest = new PostgresIngestStore(pool, { now: systemClock, sampleRate: config.events.sampleRate });
  const dir = mkdtempSync(join(tmpdir(), 'waymark-replay-'));
  try {
    adoptOutbox(dir, incoming, await committedInPostgres(pool, incoming));
    const through = sealedThrough(dir);
    const sealed = new SealedLog(dir, NEVER_ROTATED, systemClock);
    const raw = new RawQueue(dir, (edgeId) => through.get(edgeId) ?? 0);
    const enricher = createThreadEnricher({ dataDir: config.storage.dataDir, geoipPath: config.geoipPath }, (day) =>
      ingest.salt(day),
    );
    const sealer = await Sealer.create(
      {
        edgeId: NO_EDGE,
        raw,
        sealed,
        enrich: enricher.enrich,
        prepare: enricher.prepare,
        ingest,
        hash: (content) => createHash('sha256').update(content).digest('hex'),
        keepMs: NEVER_ROTATED,
        keptBytesMax: Number.POSITIVE_INFINITY,
        now: systemClock,
        segmentsRemoved: () => {},
      },
      through,
    );
    let failingSince: number | null = null;
    while ((await sealer.pump()) || !sealer.idle) {
      const { lastError } = sealer.status();
      failingSince = lastError === null ? null : (failingSince ?? systemClock());
      if (failingSince !== null && systemClock() - failingSince > FAILING_MS) throw new Error(lastError ?? '');
      await Bun.sleep(WAIT_MS);
    }
    sealed.closeFile();
    raw.close();
    return sealer.status();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
