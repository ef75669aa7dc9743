import { expect, test } from 'bun:test';
import { parseRedisUrl, type RedisAddress } from './redis-url.ts';

const plain: RedisAddress = {
  kind: 'single',
  nodes: [{ host: 'localhost', port: 6379 }],
  tls: false,
  username: null,
  password: null,
  db: 0,
  masterName: null,
  sentinelUsername: null,
  sentinelPassword: null,
};

test.each<[string, Partial<RedisAddress>]>([
  ['redis://localhost', {}],
  ['redis://localhost/', {}],
  ['redis://localhost:7000/3', { nodes: [{ host: 'localhost', port: 7000 }], db: 3 }],
  ['rediss://:p%40ss@cache.example', { tls: true, password: 'p@ss', nodes: [{ host: 'cache.example', port: 6379 }] }],
  ['redis://ann:a:b@[::1]:7000', { username: 'ann', password: 'a:b', nodes: [{ host: '::1', port: 7000 }] }],
  [
    'redis+sentinel://a:1,b/mymaster',
    {
      kind: 'sentinel',
      masterName: 'mymaster',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
    },
  ],
  [
    'rediss+sentinel://u:p@a/main/2?sentinelPassword=s%2F',
    {
      kind: 'sentinel',
      tls: true,
      username: 'u',
      password: 'p',
      masterName: 'main',
      db: 2,
      nodes: [{ host: 'a', port: 26_379 }],
      sentinelPassword: 's/',
    },
  ],
  [
    'redis+cluster://10.0.0.1:7001,10.0.0.2',
    {
      kind: 'cluster',
      nodes: [
        { host: '10.0.0.1', port: 7001 },
        { host: '10.0.0.2', port: 6379 },
      ],
    },
  ],
])('%s is read', (url, expected) => expect(parseRedisUrl(url)).toEqual({ ...plain, ...expected }));

test.each([
  ['http://localhost', 'must be one of'],
  ['redis://', 'must be one of'],
  ['redis://a,b', 'several hosts'],
  ['redis://a:99999', 'hosts and ports'],
  ['redis://a b', 'hosts and ports'],
  ['redis://a/x', 'number of a database'],
  ['redis://a/1/2', 'number of a database'],
  ['redis://a?x=1', 'no parameter "x"'],
  ['redis://:%zz@a', 'percent-encoded'],
  ['redis+sentinel://a', 'group'],
  ['redis+cluster://a/1', 'no database'],
])('%s is refused', (url, words) => expect(() => parseRedisUrl(url)).toThrow(words));
