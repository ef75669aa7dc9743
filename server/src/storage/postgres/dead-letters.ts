import type { PoolClient } from 'pg';
import type { DeadLetter } from '../../clicks/ingest.ts';

/**
 * Keeps what can't be ingested for an operator, each range once.
 * @NOTE Only for the holder of LOCKS.clickOrder: it sees what others have kept before.
 */
export async function keepDeadLetters(client: PoolClient, letters: readonly DeadLetter[], now: number): Promise<void> {
  for (const { edgeId, firstSeq, lastSeq, reason, content } of letters) {
    await client.query(
      `INSERT INTO dead_letters (edge_id, first_seq, last_seq, reason, content, at)
       SELECT $1::text, $2::int8, $3::int8, $4::text, $5::text, $6::int8 WHERE NOT EXISTS
         (SELECT 1 FROM dead_letters WHERE edge_id = $1 AND first_seq = $2 AND last_seq = $3)`,
      [edgeId, firstSeq, lastSeq, reason.replaceAll('\0', '\uFFFD'), content.replaceAll('\0', '\uFFFD'), now],
    );
  }
}
