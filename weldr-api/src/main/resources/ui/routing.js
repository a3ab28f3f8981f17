// Listeners, routes and certificates, whole.
import { html } from './lib.js';
import { Waiting } from './parts.js';
import { Listeners, Routes } from './listeners.js';
import { Certificates } from './certificates.js';

export function Routing({ feeds, now }) {
  const { listeners, routes, certificates, problems } = feeds;
  const part = (name, value, view) => (value ? view() : html`<${Waiting} of=${name} problem=${problems[name]?.problem} />`);
  return html`
    ${part('listeners', listeners, () => html`<${Listeners} listeners=${listeners} />`)}
    ${part('routes', routes, () => html`<${Routes} routes=${routes} />`)}
    ${part('certificates', certificates, () => html`<${Certificates} ...${{ certificates, now }} />`)}
  `;
}
