import { stringify } from 'csv-stringify/sync';

export type ExportFormat = 'csv' | 'json';

/** One page of rows, as they are shown; `next` reads the one after, null at the end. A page may be empty before the end. */
export interface RowPage {
  rows: Record<string, unknown>[];
  next: (() => Promise<RowPage>) | null;
}

const CONTENT_TYPES: Record<ExportFormat, string> = { csv: 'text/csv; charset=utf-8', json: 'application/json' };

export interface RowFile {
  format: ExportFormat;
  /** Without its ending. */
  name: string;
  columns: readonly string[];
}

/**
 * A download of any length: the next page is read when the client has taken the one before, so about two are in memory;
 * nothing more is read once the client is gone.
 * In CSV a text that a spreadsheet would run as a formula (it begins with = + - @, tab or return) gets a leading apostrophe.
 * Errors: those of the first page are thrown; a later one cuts the download off.  Source: OWASP, "CSV Injection".
 */
export async function streamRows(file: RowFile, first: () => Promise<RowPage>): Promise<Response> {
  const { format, name, columns } = file;
  const write = format === 'csv' ? csvWriter(columns) : jsonWriter();
  const encoder = new TextEncoder();
  let next: RowPage['next'] = null;
  let page: RowPage | null = await first();
  let gone = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        page ??= next === null ? null : await next();
        // A page without rows has nothing to send, and whoever pulls waits for something.
        while (page && page.rows.length === 0 && page.next && !gone) page = await page.next();
        if (gone || page === null) return;
        next = page.next;
        const text = write(page.rows, next === null);
        page = null;
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (next === null) controller.close();
      },
      cancel() {
        gone = true;
      },
    },
    { highWaterMark: 1 },
  );
  return new Response(body, {
    headers: {
      'Content-Type': CONTENT_TYPES[format],
      'Content-Disposition': `attachment; filename="${name}.${format}"`,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

type Writer = (rows: Record<string, unknown>[], isLast: boolean) => string;

function csvWriter(columns: readonly string[]): Writer {
  let header = true;
  return (rows) => {
    const text = stringify(rows, {
      header,
      columns: [...columns],
      escape_formulas: true,
      record_delimiter: 'windows',
      cast: { boolean: String, object: (value) => JSON.stringify(value) },
    });
    header = false;
    return text;
  };
}

function jsonWriter(): Writer {
  let before = '[\n';
  return (rows, isLast) => {
    let text = '';
    for (const row of rows) {
      text += before + JSON.stringify(row);
      before = ',\n';
    }
    if (!isLast) return text;
    return before === ',\n' ? `${text}\n]\n` : '[]\n';
  };
}
