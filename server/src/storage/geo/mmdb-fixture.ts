/** Values that the fixture writer can put into a record. */
export type MmdbValue = string | number | MmdbValue[] | { [key: string]: MmdbValue };

/**
 * A small IPv4 database in the MaxMind DB format, for tests of shapes that no installed database has.
 * `networks` maps a CIDR range to its record. Source: https://maxmind.github.io/MaxMind-DB/
 */
export function mmdbBytes(type: string, networks: Record<string, MmdbValue>): Buffer {
  const nodes: [Side, Side][] = [[null, null]];
  const data: Buffer[] = [];
  let dataBytes = 0;
  for (const [range, record] of Object.entries(networks)) {
    const encoded = encode(record);
    place(nodes, range, { offset: dataBytes });
    data.push(encoded);
    dataBytes += encoded.length;
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: type,
    description: { en: type },
    ip_version: 4,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 24,
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]);
  return Buffer.concat([tree(nodes), Buffer.alloc(16), ...data, marker, metadata]);
}

/** A branch of the tree: nothing known, another node, or a record in the data section. */
type Side = null | number | { offset: number };

function place(nodes: [Side, Side][], range: string, record: Side): void {
  const [address = '', length = '32'] = range.split('/');
  const bits = address.split('.').flatMap((octet) => [...Number(octet).toString(2).padStart(8, '0')].map(Number));
  let node = 0;
  for (let depth = 0; depth < Number(length); depth++) {
    const pair = nodes[node];
    if (pair === undefined) throw new Error('the tree has no such node');
    const side = bits[depth] === 1 ? 1 : 0;
    const next = pair[side];
    if (depth === Number(length) - 1) pair[side] = record;
    else if (typeof next === 'number') node = next;
    else node = pair[side] = nodes.push([null, null]) - 1;
  }
}

function tree(nodes: [Side, Side][]): Buffer {
  const bytes = Buffer.alloc(nodes.length * 6);
  const value = (side: Side) =>
    side === null ? nodes.length : typeof side === 'number' ? side : nodes.length + 16 + side.offset;
  nodes.forEach(([left, right], index) => {
    bytes.writeUIntBE(value(left), index * 6, 3);
    bytes.writeUIntBE(value(right), index * 6 + 3, 3);
  });
  return bytes;
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, item]) => [encode(key), encode(item)])]);
}

function control(type: number, size: number): Buffer {
  if (size >= 285) throw new Error('the fixture writer knows no long values');
  const length = Math.min(size, 29);
  const tail = size < 29 ? [] : [size - 29];
  return Buffer.from(type < 8 ? [(type << 5) | length, ...tail] : [length, type - 7, ...tail]);
}
