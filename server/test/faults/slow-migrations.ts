import { MIGRATIONS, type Migration } from '../../src/storage/sqlite/migrations/index.ts';

export const ROWS = 60_000;
const MORE = 8;

/** The real migrations, and after them some that each take a while: a table, its rows, an index, and a change of all rows before. */
export function slowMigrations(): Migration[] {
  const real = MIGRATIONS.at(-1)?.version ?? 0;
  return [
    ...MIGRATIONS,
    ...Array.from({ length: MORE }, (_, i): Migration => {
      const version = real + i + 1;
      return {
        version,
        name: `slow-${version}`,
        sql: `
CREATE TABLE slow_${version} (id INTEGER PRIMARY KEY, version INTEGER NOT NULL);
WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${ROWS})
INSERT INTO slow_${version} SELECT id, ${version} FROM n;
CREATE INDEX slow_${version}_version ON slow_${version} (version);
${i > 0 ? `UPDATE slow_${version - 1} SET version = ${version};` : ''}`,
      };
    }),
  ];
}
