import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// node scripts/make-sample-data.mjs: writes the bundled data set. The same files every time, so a change shows as a diff.

const COUNTS = { users: 400, urls: 2000, events: 3422 };
const CODE_LETTERS = '23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';
const FIRST = ['maple', 'copper', 'willow', 'marble', 'saffron', 'juniper', 'lantern', 'pebble', 'thistle', 'walnut'];
const SECOND = ['otter', 'finch', 'badger', 'heron', 'lynx', 'marten', 'plover', 'wren', 'stoat', 'curlew'];
const MAIL = ['example.com', 'example.net', 'example.org', 'mail.example.com'];
const SITES = ['example.com', 'www.example.com', 'shop.example.net', 'docs.example.org', 'blog.example.net'];
const PATHS = ['spring', 'guide', 'release', 'recipes', 'tickets', 'atlas', 'garden', 'workshop', 'catalogue', 'story'];
const TITLES = ['Autumn catalogue', 'Release notes', 'Travel guide', 'Garden plan', 'Workshop tickets', 'Team recipes'];
const REASONS = ['user_requested', 'campaign_over', 'policy'];
/** Rows whose username repeats that of an earlier row. */
const REPEATED = new Map([
  [118, 12],
  [263, 87],
  [301, 12],
]);
/** Rows with blanks around a value, as hand-edited files have them. */
const STRAY = new Set([35, 204, 377]);

/** Numbers from 0 to 1 that look random and are the same in every run. Source: mulberry32. */
function sequence(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = { next: sequence(1) };
const below = (n) => Math.floor(random.next() * n);
const pick = (values) => values[below(values.length)];
const time = (at) => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
const START = Date.UTC(2025, 0, 6);
const YEAR_SECONDS = 364 * 86_400;
const moment = (from = START, seconds = YEAR_SECONDS) => from + below(seconds) * 1000;
const times = (n, make) => Array.from({ length: n }, (_, i) => make(i + 1));

function users() {
  const rows = times(COUNTS.users, (id) => {
    const username = `${pick(FIRST)}${pick(SECOND)}${id}`;
    return { id, username, email: `${username}@${pick(MAIL)}`, created_at: time(moment()) };
  });
  for (const [id, like] of REPEATED) rows[id - 1].username = rows[like - 1].username;
  for (const id of STRAY) rows[id - 1].username = `  ${rows[id - 1].username} `;
  return rows;
}

function code(taken) {
  for (;;) {
    const drawn = times(6, () => CODE_LETTERS[below(CODE_LETTERS.length)]).join('');
    if (/^\d+$/.test(drawn) || taken.has(drawn)) continue;
    taken.add(drawn);
    return drawn;
  }
}

function urls() {
  const taken = new Set();
  return times(COUNTS.urls, (id) => {
    const created = moment();
    return {
      id,
      user_id: 1 + below(COUNTS.users),
      short_code: code(taken),
      original_url: `https://${pick(SITES)}/${pick(PATHS)}/${pick(PATHS)}/${id}`,
      title: id % 97 === 0 ? `"${pick(TITLES)}", no. ${id}` : `${pick(TITLES)} ${id}`,
      is_active: below(10) < 8 ? 'True' : 'False',
      created_at: time(created),
      updated_at: time(moment(created, 120 * 86_400)),
    };
  });
}

/** One `created` for each url, then changes of random ones, some of them older than the url itself. */
function events(links) {
  const created = links.map((link) => ({
    url_id: link.id,
    user_id: link.user_id,
    event_type: 'created',
    timestamp: link.created_at,
    details: { short_code: link.short_code, original_url: link.original_url },
  }));
  const others = times(COUNTS.events - created.length, () => {
    const link = pick(links);
    const common = { url_id: link.id, user_id: link.user_id, timestamp: time(moment()) };
    if (below(20) < 3) return { ...common, event_type: 'deleted', details: { reason: pick(REASONS) } };
    const change = pick([
      { field: 'title', new_value: `${pick(TITLES)}, "revised"` },
      { field: 'is_active', new_value: below(2) === 1 },
      { field: 'original_url', new_value: `https://${pick(SITES)}/${pick(PATHS)}/new` },
    ]);
    return { ...common, event_type: 'updated', details: change };
  });
  return [...created, ...others].map((event, i) => ({
    id: i + 1,
    url_id: event.url_id,
    user_id: event.user_id,
    event_type: event.event_type,
    timestamp: event.timestamp,
    details: JSON.stringify(event.details),
  }));
}

const quoted = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

function csv(rows) {
  const lines = rows.map((row) =>
    Object.values(row)
      .map((value) => quoted(String(value)))
      .join(','),
  );
  return `${[Object.keys(rows[0]).join(','), ...lines].join('\n')}\n`;
}

/** The text of each file by name. */
export function sampleData() {
  random.next = sequence(20260403);
  const links = urls();
  return { 'users.csv': csv(users()), 'urls.csv': csv(links), 'events.csv': csv(events(links)) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = fileURLToPath(new URL('../server/data/sample/', import.meta.url));
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(sampleData())) writeFileSync(directory + name, text);
}
