// Where a request would go, and why.
import { html, useState } from './lib.js';
import { Section, State, Table } from './parts.js';
import { get } from './api.js';
import { weldrctl } from './format.js';
import { Command } from './parts.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export function Explain({ feeds }) {
  const [form, setForm] = useState({ method: 'GET', url: 'http://localhost/', headers: '', client: '', listener: '' });
  const [answer, setAnswer] = useState(null);
  const [problem, setProblem] = useState(null);
  const set = (name) => (e) => setForm({ ...form, [name]: e.target.value });
  const headers = form.headers.split('\n').map((line) => line.trim()).filter(Boolean);

  const ask = async (e) => {
    e.preventDefault();
    const query = new URLSearchParams({ method: form.method, url: form.url, consistency: 'stale' });
    headers.forEach((line) => query.append('header', line));
    if (form.client) query.set('client', form.client);
    if (form.listener) query.set('listener', form.listener);
    try {
      setAnswer(await get(`/v1/explain?${query}`));
      setProblem(null);
    } catch (failure) {
      setAnswer(null);
      setProblem(failure);
    }
  };
  const line = weldrctl('explain', `${form.method} ${form.url}`, ...headers.flatMap((each) => ['-H', each]));

  return html`<${Section} title="Explain a request">
    <form onSubmit=${ask} class="ask">
      <label>Method <select value=${form.method} onChange=${set('method')}>
        ${METHODS.map((each) => html`<option value=${each}>${each}</option>`)}</select></label>
      <label class="wide">URL <input type="url" required value=${form.url} onInput=${set('url')} /></label>
      <label>Listener <select value=${form.listener} onChange=${set('listener')}>
        <option value="">by the URL</option>
        ${(feeds.listeners?.listeners ?? []).map((each) => html`<option value=${each.name}>${each.name}</option>`)}</select></label>
      <label>Client address <input placeholder="192.0.2.1" value=${form.client} onInput=${set('client')} /></label>
      <label class="wide">Header fields, one a line
        <textarea rows="2" placeholder="x-tenant: blue" value=${form.headers} onInput=${set('headers')}></textarea></label>
      <button type="submit" class="main">Explain</button>
    </form>
    <${Command} line=${line} />
    <p class="note">The answer comes from the code that the proxy routes by. No request is sent.</p>
    <div aria-live="polite">
      ${problem && html`<p class="note bad">${problem.message}</p>`}
      ${answer && html`<${Answer} answer=${answer} />`}
    </div>
  <//>`;
}

function Answer({ answer }) {
  const considered = [
    { label: 'Route', head: true, cell: (row) => row.route },
    { label: 'Match', number: true, cell: (row) => row.match },
    { label: 'Takes it', cell: (row) => (row.lost ? `no: ${row.lost}` : html`<${State} word="yes" />`) },
  ];
  const fields = [
    { label: 'Field', head: true, cell: (row) => row.name },
    { label: 'Value', cell: (row) => html`<code>${row.value}</code>` },
  ];
  const origins = (answer.pools ?? []).flatMap((pool) => (pool.origins ?? []).map((origin) => ({ ...origin, pool: pool.pool, share: pool.weight })));
  const pools = [
    { label: 'Origin', head: true, cell: (row) => row.id },
    { label: 'Pool', cell: (row) => `${row.pool} (weight ${row.share})` },
    { label: 'State', cell: (row) => html`<${State} word=${row.state} />` },
    { label: 'Weight', number: true, cell: (row) => row.weight },
  ];
  return html`
    <p class="verdict">${sentence(answer)}</p>
    ${origins.length > 0 && html`<h3>Where it may go</h3><${Table} caption="Origins" columns=${pools} rows=${origins} />`}
    ${answer.sent?.fields?.length > 0 &&
    html`<h3>What origin ${answer.sent.origin} gets: ${answer.sent.target}</h3>
      <${Table} caption="Header section" columns=${fields} rows=${answer.sent.fields} id=${(row) => row.name} />`}
    <h3>Routes in their order of precedence</h3>
    <${Table} caption="Routes considered" columns=${considered} rows=${answer.considered} id=${(row) => `${row.route} ${row.match}`} />
    ${answer.left > 0 && html`<p class="note">${answer.left} more are left out.</p>`}
  `;
}

function sentence({ action, route, match, status, location, refusal, sent }) {
  const by = route ? `Route ${route} (match ${match}) ` : '';
  if (sent?.refused) return `The proxy refuses the request before it looks for a route: ${sent.refused}`;
  return {
    forward: `${by}forwards it.`,
    redirect: `${by}redirects to ${location} with ${status}.`,
    respond: `${by}answers ${status}.`,
    refuse: `${by}refuses it with 403: ${refusal}`,
    'not-found': 'No route takes it: 404.',
  }[action];
}
