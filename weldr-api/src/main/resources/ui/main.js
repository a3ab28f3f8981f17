// Begins here: the frame of the page, and which view is shown.
import { html, render, useEffect, useRef, useState } from './lib.js';
import { begin, signedOut, useFeeds, useNow } from './feeds.js';
import { signOut } from './api.js';
import { span, clock } from './format.js';
import { Announcement, State } from './parts.js';
import { ActionDialog } from './actions.js';
import { Overview } from './overview.js';
import { Traffic } from './traffic.js';
import { Routing } from './routing.js';
import { History } from './history.js';
import { Explain } from './explain.js';
import { SignIn } from './signin.js';

const VIEWS = { overview: Overview, traffic: Traffic, routing: Routing, history: History, explain: Explain };
const THEMES = ['system', 'light', 'dark'];
const OLD_SECONDS = 5;
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
document.documentElement.dataset.theme = localStorage.getItem('weldr-colours') ?? 'system';

const viewOfHash = () => {
  const name = location.hash.replace('#/', '');
  return name in VIEWS ? name : 'overview';
};

function App() {
  const feeds = useFeeds();
  const now = useNow();
  const [view, setView] = useState(viewOfHash());
  const [action, setAction] = useState(null);
  const [said, setSaid] = useState(null);
  const [theme, setTheme, drawnIn] = useTheme();
  const heading = useRef(null);

  useEffect(() => {
    const changed = () => {
      setView(viewOfHash());
      heading.current?.focus(); // as after a new page: a screen reader reads from here
    };
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  useEffect(() => {
    document.title = `${feeds.session.node ?? 'weldr'} – ${view} – weldr`;
  }, [view, feeds.session.node]);

  if (feeds.session.state === 'out') return html`<${SignIn} problem=${feeds.session.problem} />`;
  if (feeds.session.state === 'failed') return html`<p class="loading" role="alert">${feeds.session.problem.message}. Trying again.</p>`;
  if (feeds.session.state === 'unknown') return html`<p class="loading">Asking the node</p>`;
  const View = VIEWS[view];
  return html`
    <a class="skip" href="#main" onClick=${(e) => (e.preventDefault(), heading.current.focus())}>To the content</a>
    <header>
      <p class="brand"><img src="icon.svg" alt="" width="24" height="24" /> weldr</p>
      <nav aria-label="Views">
        ${Object.keys(VIEWS).map((name) => html`<a href=${`#/${name}`} aria-current=${name === view ? 'page' : undefined}>${name}</a>`)}
      </nav>
      <div class="me">
        <label>Colours <select value=${theme} onChange=${(e) => setTheme(e.target.value)}>
          ${THEMES.map((each) => html`<option value=${each}>${each}</option>`)}</select></label>
        <${Me} session=${feeds.session} />
      </div>
    </header>
    <${Freshness} feeds=${feeds} now=${now} />
    <main id="main">
      <h1 tabindex="-1" ref=${heading}>${view}</h1>
      <${View} feeds=${feeds} now=${now} theme=${drawnIn} act=${setAction} />
    </main>
    <${Announcement} text=${said} />
    ${action &&
    html`<${ActionDialog} key=${action.title} action=${action} onClose=${() => setAction(null)}
      onDone=${(line) => (setAction(null), setSaid({ line }))} />`}
  `;
}

function Me({ session }) {
  const name = [session.actor.type, session.actor.name].filter(Boolean).join(' ');
  const leave = async () => {
    try {
      await signOut();
    } finally {
      signedOut(null);
    }
  };
  return html`<span class="who">${name}, ${session.role}</span>
    ${session.signedIn && html`<button type="button" onClick=${leave}>Sign out</button>`}`;
}

/** Whose word this is, and how old. */
function Freshness({ feeds, now }) {
  const { contact, cluster, pools, session } = feeds;
  const silent = contact.problem !== null;
  const age = pools?.staleness?.secondsSinceLeader;
  const others = (cluster?.members ?? []).filter((m) => m.id !== session.node && m.addresses?.admin);
  const parts = [];
  if (silent) {
    parts.push(html`<${State} word="no contact" kind="bad" /> ${session.node} has not answered since
      ${contact.at ? clock(contact.at) : 'this page was opened'}. What you see is of then.`);
    if (others.length > 0) {
      parts.push(html`Others: ${others.map((m) => html`<a href=${`${location.protocol}//${m.addresses.admin}/ui/`}>${m.id}</a> `)}`);
    }
  } else {
    parts.push(html`<${State} word=${contact.live ? 'live' : 'polling'} kind=${contact.live ? 'good' : 'odd'} /> from ${session.node}`);
    if (cluster) parts.push(cluster.leader ? `leader ${cluster.leader}, term ${cluster.term}` : html`<strong class="bad">no leader</strong>`);
    if (age === null) parts.push('this node has not heard from a leader since it started');
    if (age > OLD_SECONDS) parts.push(html`<strong class="bad">the state is ${span(age)} old</strong>`);
    if (age !== undefined && age !== null && age <= OLD_SECONDS) parts.push(`the state is ${span(age)} old`);
    if (contact.at) parts.push(`asked ${span((now - contact.at) / 1000)} ago`);
  }
  return html`<section aria-label="Contact" class="freshness ${silent || (cluster && !cluster.leader) ? 'alarm' : ''}">
    ${parts.map((part) => html`<span>${part}</span>`)}
  </section>`;
}

/** The colours that somebody has chosen, and what is drawn in now; plots are drawn anew when that changes. */
function useTheme() {
  const [theme, set] = useState(document.documentElement.dataset.theme);
  const [dark, setDark] = useState(systemIsDark.matches);
  useEffect(() => {
    const changed = () => setDark(systemIsDark.matches);
    systemIsDark.addEventListener('change', changed);
    return () => systemIsDark.removeEventListener('change', changed);
  }, []);
  const choose = (next) => {
    document.documentElement.dataset.theme = next; // before anything is drawn in it
    localStorage.setItem('weldr-colours', next);
    set(next);
  };
  return [theme, choose, `${theme} ${dark}`];
}

render(html`<${App} />`, (document.getElementById('app').textContent = '', document.getElementById('app')));
begin();
