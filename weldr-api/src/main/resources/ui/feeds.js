// What the dashboard knows of the cluster: each feed is read again now and then, and when the event stream says that
// something changed. All reads are stale ones, which need no quorum. One copy for the whole page.
import { get, Problem } from './api.js';
import { useEffect, useState } from './lib.js';

const POOLS_MAX = 50; // whose origins are shown: more do not fit a screen
const AT_ONCE = 4; // requests: browsers have six connections to a host, and the event stream holds one
const SETTLE_MILLIS = 150; // changes come in groups
const RECONNECT_MILLIS = 3000;

const stale = (path) => `${path}${path.includes('?') ? '&' : '?'}consistency=stale`;

const FEEDS = {
  cluster: { seconds: 2, load: cluster },
  pools: { seconds: 5, load: () => get(stale('/v1/pools')) },
  origins: { seconds: 10, load: () => ofEachPool((pool) => get(stale(`/v1/pools/${pool}/origins`))) },
  probes: { seconds: 5, load: () => ofEachPool((pool) => get(`/v1/pools/${pool}/probes`)) },
  listeners: { seconds: 10, load: () => get(stale('/v1/listeners')) },
  routes: { seconds: 30, load: () => get(stale('/v1/routes')) },
  certificates: { seconds: 30, load: () => get(stale('/v1/certificates')) },
  changes: { seconds: 30, load: () => get(stale('/v1/history?limit=50')) },
  samples: { seconds: 5, load: () => get('/v1/samples?series=none') },
};

/** Which feeds a change of some kind is about; every change is in the history. */
const ABOUT = [
  [/^(origin|verdict|health)/, ['origins', 'probes', 'pools']],
  [/^pool/, ['pools', 'origins', 'probes']],
  [/^listener/, ['listeners']],
  [/^route/, ['routes']],
  [/^certificate/, ['certificates', 'listeners']],
  [/^(member|cluster)/, ['cluster']],
];

const values = {}; // by name: {value, at, problem}
const subscribers = new Set();
let session = { state: 'unknown' };
let contact = { at: null, problem: null, live: false };
let running = null;

/**
 * `/cluster` alone says which node answers, and `/v1/cluster/members` which change is under way. Both at the same time
 * cost one round of questions to the members.
 */
async function cluster() {
  const [whole, { change }] = await Promise.all([get('/cluster'), get('/v1/cluster/members')]);
  return { ...whole, change };
}

async function ofEachPool(load) {
  const pools = (values.pools?.value ?? (await get(stale('/v1/pools')))).pools.slice(0, POOLS_MAX);
  const all = {};
  for (let i = 0; i < pools.length; i += AT_ONCE) {
    await Promise.all(
      pools.slice(i, i + AT_ONCE).map(async ({ name }) => {
        try {
          all[name] = await load(encodeURIComponent(name));
        } catch (problem) {
          if (problem.status !== 404) throw problem; // removed meanwhile
        }
      }),
    );
  }
  return all;
}

function tell() {
  subscribers.forEach((each) => each());
}

/** One run of all feeds and of the event stream, from a sign-in to its end. */
class Run {
  constructor() {
    this.loops = Object.fromEntries(Object.keys(FEEDS).map((name) => [name, { busy: false, again: false, timer: 0 }]));
    this.wanted = new Set();
    Object.keys(FEEDS).forEach((name) => this.load(name));
    if (!document.hidden) this.watch();
  }

  async load(name) {
    const loop = this.loops[name];
    if (loop.busy) {
      loop.again = true;
      return;
    }
    loop.busy = true;
    clearTimeout(loop.timer);
    try {
      const value = await FEEDS[name].load();
      if (this.over) return;
      values[name] = { value, at: Date.now(), problem: null };
      contact = { ...contact, at: Date.now(), problem: null };
    } catch (problem) {
      if (this.over) return;
      if (problem.status === 401) {
        signedOut({ message: 'The session is over: it has expired, or its token was removed.' });
        return;
      }
      values[name] = { ...values[name], problem };
      if (!(problem instanceof Problem) || problem.status === 0) contact = { ...contact, problem };
    } finally {
      loop.busy = false;
    }
    tell();
    if (loop.again) {
      loop.again = false;
      this.load(name);
    } else {
      loop.timer = setTimeout(() => this.load(name), FEEDS[name].seconds * 1000 * (document.hidden ? 5 : 1));
    }
  }

  /** Loads soon, together with whatever else changes in the same moment. */
  want(names) {
    names.forEach((name) => this.wanted.add(name));
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      const now = [...this.wanted];
      this.wanted.clear();
      now.forEach((name) => this.load(name));
    }, SETTLE_MILLIS);
  }

  watch() {
    const stream = new EventSource('/v1/watch');
    this.stream = stream;
    stream.onopen = () => this.live(true);
    stream.onerror = () => {
      this.live(false);
      if (stream.readyState === EventSource.CLOSED && !this.over) {
        // The node has refused it: it is starting or stopping, or has too many watchers.
        this.reconnecting = setTimeout(() => this.watch(), RECONNECT_MILLIS);
      }
    };
    stream.addEventListener('resync', () => this.want(Object.keys(FEEDS)));
    stream.addEventListener('change', (event) => {
      const kind = JSON.parse(event.data).kind;
      const names = ABOUT.filter(([pattern]) => pattern.test(kind)).flatMap(([, feeds]) => feeds);
      this.want(['changes', ...names]);
    });
  }

  live(now) {
    if (contact.live !== now) {
      contact = { ...contact, live: now };
      tell();
    }
  }

  /**
   * Gives the connection of the event stream back, for pages that nobody sees. Six of them would keep every other page
   * of this node from its answers, and a browser keeps the connections of a page that was left for a minute.
   */
  pause() {
    this.stream?.close();
    clearTimeout(this.reconnecting);
    this.live(false);
  }

  /** Undoes {@link pause}. */
  resume() {
    if (!this.over) {
      this.pause();
      this.watch();
      this.want(Object.keys(FEEDS));
    }
  }

  end() {
    this.over = true;
    this.pause();
    clearTimeout(this.settling);
    Object.values(this.loops).forEach((loop) => clearTimeout(loop.timer));
  }
}

/** Asks who we are, and begins to read if the node lets us. */
export async function begin() {
  try {
    session = { state: 'in', ...(await get('/ui/session')) };
    running?.end();
    running = new Run();
  } catch (problem) {
    if (problem.status === 401) {
      signedOut(null);
      return;
    }
    session = { state: 'failed', problem };
    setTimeout(begin, RECONNECT_MILLIS);
  }
  tell();
}

/** Nothing that was read stays on the screen of somebody who may not read it any more. */
export function signedOut(problem) {
  running?.end();
  running = null;
  Object.keys(values).forEach((name) => delete values[name]);
  session = { state: 'out', problem };
  tell();
}

/** After a change of our own: what it was about is read again at once. */
export function changed() {
  running?.want(Object.keys(FEEDS));
}

/** Renders again whenever something was read. */
export function useFeeds() {
  const [, set] = useState(0);
  useEffect(() => {
    const subscriber = () => set((n) => n + 1);
    subscribers.add(subscriber);
    return () => subscribers.delete(subscriber);
  }, []);
  const feed = Object.fromEntries(Object.keys(FEEDS).map((name) => [name, values[name]?.value]));
  return { ...feed, session, contact, problems: values };
}

/** The time, once a second. */
export function useNow() {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

document.addEventListener('visibilitychange', () => (document.hidden ? running?.pause() : running?.resume()));
addEventListener('pagehide', () => running?.pause());
addEventListener('pageshow', (event) => event.persisted && running?.resume());
