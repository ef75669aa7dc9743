import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { ODD_HEADS } from './odd-heads.ts';
import { INCOMPLETE, ODD, RequestHead } from './request-head.ts';

const read = (text: string, from = 0) => new RequestHead().read(Buffer.from(text, 'latin1'), from);

const PLAIN = 'GET /abc?utm_source=x HTTP/1.1\r\nHost: a.example\r\nUser-Agent:  curl/8 \r\nReferer: r\r\nX: \r\n\r\n';

describe('a plain request', () => {
  test('gives its parts and ends at its empty line', () => {
    const head = new RequestHead();
    expect(head.read(Buffer.from(`junk${PLAIN}next`), 4)).toBe(4 + PLAIN.length);
    expect([head.method, head.path, head.query, head.connection]).toEqual(['GET', '/abc', 'utm_source=x', 'keep']);
    expect(head.header('user-agent')).toBe('curl/8');
    expect(head.header('x')).toBe('');
    expect(head.header('accept')).toBe('');
  });

  test('is incomplete at every shorter length', () => {
    for (let length = 0; length < PLAIN.length; length++) expect(read(PLAIN.slice(0, length))).toBe(INCOMPLETE);
  });

  test('forgets the headers of the request before it', () => {
    const head = new RequestHead();
    head.read(Buffer.from(PLAIN), 0);
    head.read(Buffer.from('HEAD / HTTP/1.1\r\nhOSt: b\r\nreferer: one\r\nREFERER: two\r\n\r\n'), 0);
    expect([head.method, head.query]).toEqual(['HEAD', '']);
    expect([head.header('user-agent'), head.header('host'), head.header('referer')]).toEqual(['', 'b', 'one']);
  });

  test.each([
    ['HTTP/1.1', '', 'keep'],
    ['HTTP/1.1', 'Connection: Close\r\n', 'close'],
    ['HTTP/1.1', 'Connection: keep-alive\r\n', 'keep'],
    ['HTTP/1.0', '', 'close'],
    ['HTTP/1.0', 'Connection: Keep-Alive\r\n', 'keep-1.0'],
  ] as const)('%s with %j asks its connection to %s', (version, line, wish) => {
    const head = new RequestHead();
    expect(head.read(Buffer.from(`GET / ${version}\r\nHost: a\r\n${line}\r\n`), 0)).toBeGreaterThan(0);
    expect(head.connection).toBe(wish);
  });

  test('may say that its body is empty, bytes beyond ASCII stay as they are', () => {
    expect(read('GET / HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 0\r\n\r\n')).toBeGreaterThan(0);
    const head = new RequestHead();
    head.read(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: gr\xfcn\r\n\r\n', 'latin1'), 0);
    expect(head.header('user-agent')).toBe('gr\xfcn');
  });
});

describe('what is not plain is odd', () => {
  test.each(ODD_HEADS)('%s', (_, text) => {
    expect(read(text)).toBe(ODD);
  });
});

/** The rules again, as one expression that knows nothing of the reader. */
function isPlainByRule(text: string): boolean {
  const shape = /^(GET|HEAD) \/[!-"$-~]* HTTP\/1\.[01]\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ -~\x80-\xff]*\r\n)*)\r\n$/;
  const lines = shape.exec(text)?.[2]?.split('\r\n').slice(0, -1);
  if (!lines) return false;
  const values = (name: string) =>
    lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 1));
  const host = values('host');
  const lengths = values('content-length');
  const connection = values('connection');
  return (
    host.length === 1 &&
    /^ *[A-Za-z0-9.:[\]_-]+ *$/.test(host[0] ?? '') &&
    lengths.length <= 1 &&
    lengths.every((value) => /^ *0 *$/.test(value)) &&
    connection.length <= 1 &&
    connection.every((value) => /^ *(close|keep-alive) *$/i.test(value)) &&
    ['transfer-encoding', 'upgrade', 'expect'].every((name) => values(name).length === 0)
  );
}

describe('generated heads', () => {
  const base = Buffer.from(
    'GET /go?a=b HTTP/1.1\r\nHost: a.example:80\r\nContent-Length: 0\r\nConnection: close\r\nTE: x\r\n\r\n',
  );
  const edit = fc.record({
    at: fc.nat(base.length - 1),
    cut: fc.nat(2),
    put: fc.oneof(
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        ' ',
        '\t',
        ':',
        '\0',
        '\x7f',
        '\xa0',
        '0',
        'Host: b\r\n',
        'Upgrade: x\r\n',
        'X:\r\n ',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 2 }),
    ),
  });

  test('pass exactly when the rules say so, whatever a few edits made of them', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = base.toString('latin1');
        for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        const end = read(text);
        if (end > 0) expect(isPlainByRule(text.slice(0, end))).toBe(true);
        else expect(isPlainByRule(text)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });
});
