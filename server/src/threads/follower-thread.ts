import { EdgePresence } from '../clicks/edge-presence.ts';
import { REPORT_MS } from '../clicks/edge-registry.ts';
import { FollowerLoop, ReplicaFollower } from '../links/replica-follower.ts';
import { systemClock } from '../platform/clock.ts';
import type { Endpoint } from '../platform/thread-rpc.ts';
import { openSignals } from '../storage/open-signals.ts';
import { PostgresChangeFeed } from '../storage/postgres/change-feed.ts';
import { PostgresConfirmations } from '../storage/postgres/confirmations.ts';
import { PostgresEdgeRegistry } from '../storage/postgres/edge-registry.ts';
import { openPool } from '../storage/postgres/pool.ts';
import { createAsk } from '../storage/postgres/questions.ts';
import { isDamage, openReplica, removeReplica } from '../storage/replica/open-replica.ts';
import { ReplicaFile } from '../storage/replica/replica-file.ts';
import type {
  EdgeStatus,
  FollowerInit,
  FollowerReady,
  FollowerToSealer,
  FromFollower,
  OutboxFigures,
  ToFollower,
} from './messages.ts';
import { SplitFeed } from './split-feed.ts';

declare const self: Endpoint;

/** Longest run of a statement, and longest wait for an answer: of the feed, and of a look-up that a visitor waits for. */
const FEED_MS = { statement: 10_000, answer: 3000 };
const LOOKUP_MS = { statement: 1000, answer: 1000 };
/** The start waits no longer for the registry. */
const REGISTER_MS = 800;
const STATUS_MS = 250;
/** The stop waits no longer for the registry. */
const RELEASE_MS = 500;

const say = (message: FromFollower) => self.postMessage(message);

/** Entry of the follower thread of an edge: the one writer of its replica, and its line to the registry and to signals. */
self.onmessage = (event) => {
  start(event.data as FollowerInit).catch(fail);
};

function fail(error: unknown): void {
  say({ failed: error instanceof Error ? error.message : String(error) });
}

async function start(init: FollowerInit): Promise<void> {
  const { sqlite, discarded } = openReplica(init.replicaFile);
  const store = new ReplicaFile(sqlite);
  const pool = (name: string, max: number, statementMs: number) =>
    openPool({ url: init.databaseUrl, max, statementMs, name: `waymark edge ${name}` });
  // Look-ups have connections of their own: however many wait, changes and reports pass.
  const feedPool = pool('feed', 1, FEED_MS.statement);
  const lookupPool = pool('look-ups', Math.max(1, init.connections - 1), LOOKUP_MS.statement);
  const ask = createAsk(feedPool, FEED_MS.answer);
  const feed = new SplitFeed(
    new PostgresChangeFeed(ask, systemClock),
    new PostgresChangeFeed(createAsk(lookupPool, LOOKUP_MS.answer), systemClock),
  );
  const signals = openSignals({
    redisUrl: init.redisUrl,
    databaseUrl: init.databaseUrl,
    name: 'waymark-edge',
    onError: (error) => say({ trouble: `a signal could not be heard: ${String(error)}` }),
  });
  const tellSealer = (message: FollowerToSealer) => init.sealer.postMessage(message);

  let { edgeId } = init;
  let figures: OutboxFigures = { acceptedSeq: 0, dropped: 0, outboxBytes: 0 };
  const clonedIds: string[] = [];
  const follower = new ReplicaFollower({
    feed,
    store,
    now: systemClock,
    forget: (codes) => say({ forget: codes }),
    applied(cursor) {
      signals.send({ kind: 'applied', edgeId, ...cursor });
      report();
    },
    saltsChanged: (salts) => tellSealer({ salts: [...salts] }),
  });
  const presence = new EdgePresence({
    registry: new PostgresEdgeRegistry(ask),
    edgeId,
    bootId: init.bootId,
    name: init.name,
    version: init.version,
    figures: () => ({ ...figures, appliedEpoch: store.cursor?.epoch ?? '', appliedSeq: store.cursor?.seq ?? 0 }),
    passed: (id) => say({ passed: id }),
    heldElsewhere: (edgeIds) => tellSealer({ heldElsewhere: edgeIds }),
    alarm(id) {
      clonedIds.push(id);
      say({ cloned: id });
    },
    now: systemClock,
  });
  const report = () => void presence.report().catch(() => {}); // The database is away: the next report says it all.

  const ready: FollowerReady = {
    ...(await within(REGISTER_MS, registerAtStart(), { isHeld: null, committedSeq: 0 })),
    salts: store.salts(),
    discarded,
  };
  say({ ready });

  async function registerAtStart(): Promise<Pick<FollowerReady, 'isHeld' | 'committedSeq'>> {
    try {
      const isHeld = await presence.register();
      const [edge] = isHeld ? await new PostgresConfirmations(ask).committed([edgeId]) : [];
      return { isHeld, committedSeq: Math.max(edge?.watermark ?? 0, edge?.ranges.at(-1)?.[1] ?? 0) };
    } catch {
      return { isHeld: null, committedSeq: 0 };
    }
  }

  let troubled = '';
  const loop = new FollowerLoop(follower, (error) => {
    if (isDamage(error)) {
      // Everything in it is in the database too: the next start makes it anew.
      removeReplica(init.replicaFile);
      throw error;
    }
    const words = error instanceof Error ? error.message : String(error);
    if (words !== troubled) say({ trouble: words });
    troubled = words;
  });
  loop.start().catch(fail);
  signals.on('links_changed', () => loop.nudge());
  signals.on('clicks_committed', ({ edgeIds }) => tellSealer({ committed: edgeIds }));
  signals.on('settle_asked', ({ ask, urgent }) => say({ settleAsked: { ask, urgent: urgent === true } }));

  const reporting = setInterval(report, REPORT_MS);
  const telling = setInterval(() => say({ status: status() }), STATUS_MS);
  const status = (): EdgeStatus => ({ ...follower.status(), signals: signals.ways, clonedIds: [...clonedIds] });

  self.onmessage = ({ data }) => {
    const message = data as ToFollower;
    if ('lookups' in message) for (const lookup of message.lookups) void answer(lookup);
    else if ('figures' in message) figures = message.figures;
    else if ('edgeId' in message) {
      presence.use(message.edgeId, message);
      edgeId = message.edgeId;
      report();
    } else if ('settled' in message) {
      const { ask, urgent, acceptedSeq } = message.settled;
      signals.send({ kind: 'settle_answered', ask, edgeId, acceptedSeq }, urgent ? 'every' : 'quick');
    } else void stop();
  };

  async function answer({ id, domainId, code }: { id: number; domainId: number; code: string }): Promise<void> {
    try {
      say({ found: { id, link: await follower.lookup(domainId, code) } });
    } catch {
      say({ found: { id, link: 'unavailable' } });
    }
  }

  async function stop(): Promise<void> {
    clearInterval(reporting);
    clearInterval(telling);
    const release = async () => {
      await presence.report();
      await presence.release();
    };
    await within(
      RELEASE_MS,
      release().catch(() => {}),
      undefined,
    );
    await within(
      RELEASE_MS,
      loop.stop().catch(() => {}),
      undefined,
    );
    await within(RELEASE_MS, Promise.all([signals.close(), feedPool.end(), lookupPool.end()]), undefined);
    store.close();
    say({ stopped: true });
  }
}

/** What `work` comes to within `ms`, else `otherwise`. */
async function within<T, Other>(ms: number, work: Promise<T>, otherwise: Other): Promise<T | Other> {
  return Promise.race([work, Bun.sleep(ms).then(() => otherwise)]);
}
