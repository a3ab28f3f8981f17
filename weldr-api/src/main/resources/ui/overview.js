// Everything at a glance.
import { html } from './lib.js';
import { Section, State, Waiting } from './parts.js';
import { troubles } from './trouble.js';
import { Members } from './members.js';
import { Differences } from './differences.js';
import { Pools } from './pools.js';
import { Listeners, Routes } from './listeners.js';
import { Certificates } from './certificates.js';
import { LastChanges } from './changes.js';

export function Overview({ feeds, now, act }) {
  const { cluster, pools, origins, probes, samples, listeners, routes, certificates, changes, session, problems } = feeds;
  const part = (name, value, view) => (value ? view() : html`<${Waiting} of=${name} problem=${problems[name]?.problem} />`);
  return html`
    <${Trouble} found=${troubles(feeds, now)} known=${cluster && origins} />
    ${part('cluster', cluster, () => html`<${Members} cluster=${cluster} session=${session} act=${act} />`)}
    ${part('pools', pools, () =>
      html`<${Pools} ...${{ pools, origins, probes, samples, session, now, act }} />`,
    )}
    ${cluster && html`<${Differences} ...${{ cluster, listeners, certificates, samples }} />`}
    <div class="columns">
      ${part('listeners', listeners, () => html`<${Listeners} listeners=${listeners} brief />`)}
      ${part('routes', routes, () => html`<${Routes} routes=${routes} brief />`)}
    </div>
    ${part('certificates', certificates, () => html`<${Certificates} ...${{ certificates, now }} most=${5} />`)}
    ${part('changes', changes, () => html`<${LastChanges} ...${{ changes, now }} most=${10} />`)}
  `;
}

function Trouble({ found, known }) {
  if (!known) return null;
  return html`<${Section} title="Trouble">
    ${found.length === 0
      ? html`<p class="fine"><${State} word="nothing is wrong" kind="good" /></p>`
      : html`<ul class="trouble">
          ${found.map(({ bad, text }) => html`<li class=${bad ? 'bad' : 'odd'} key=${text}>
            <span aria-hidden="true">${bad ? '▲' : '◆'}</span> ${text}</li>`)}
        </ul>`}
  <//>`;
}
