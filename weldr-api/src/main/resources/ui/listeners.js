// Listeners and routes.
import { html } from './lib.js';
import { Section, State, Table } from './parts.js';

export function Listeners({ listeners, brief }) {
  const columns = [
    { label: 'Listener', head: true, cell: (l) => l.name },
    { label: 'Protocol', cell: (l) => l.protocol ?? 'http' },
    { label: 'Address', cell: (l) => l.address ?? 'as each node has it' },
    { label: 'On the members', cell: (l) => html`<${Conditions} all=${l.conditions ?? []} brief=${brief} />` },
    ...(brief
      ? []
      : [
          { label: 'Certificates', cell: (l) => (l.tls?.certificates ?? []).join(', ') || '–' },
          {
            label: 'Connections',
            number: true,
            cell: (l) => (l.conditions ?? []).reduce((sum, one) => sum + (one.connections ?? 0), 0),
          },
          { label: 'Revision', number: true, cell: (l) => l.revision },
        ]),
  ];
  return html`<${Section} title="Listeners">
    <${Table} caption="Listeners" columns=${columns} rows=${listeners.listeners} />
  <//>`;
}

/** `bound 3/3`, and each member where it is not. */
export function Conditions({ all, brief }) {
  if (all.length === 0) return '–';
  const good = all.filter((one) => one.state === 'bound' || one.state === 'loaded');
  if (good.length === all.length) {
    return html`<${State} word=${good[0].state} /> ${good.length}/${all.length}`;
  }
  return html`<span>${good.length}/${all.length}</span>
    <ul class="plain">
      ${all
        .filter((one) => !brief || !good.includes(one))
        .map((one) => html`<li>${one.member}: <${State} word=${one.state} /> ${one.reason ?? ''}</li>`)}
    </ul>`;
}

export function Routes({ routes, brief }) {
  const columns = [
    { label: 'Route', head: true, cell: (r) => r.name },
    { label: 'Hosts', cell: (r) => (r.hosts ?? []).join(', ') || 'every host' },
    { label: 'Matches', cell: (r) => (r.matches ?? []).map(match).join(' or ') || 'every request' },
    { label: 'Goes to', cell: (r) => action(r) },
    ...(brief
      ? []
      : [
          { label: 'Listeners', cell: (r) => (r.listeners ?? []).join(', ') || 'all' },
          { label: 'Tests', number: true, cell: (r) => (r.tests ?? []).length },
          { label: 'Revision', number: true, cell: (r) => r.revision },
        ]),
  ];
  return html`<${Section} title="Routes">
    <${Table} caption="Routes" columns=${columns} rows=${routes.routes} />
  <//>`;
}

function match(one) {
  const path = one.path === undefined ? '' : typeof one.path === 'string' ? `${one.path}…` : pathOf(one.path);
  const values = (all, of) => (all ?? []).map((each) => `${of} ${each.name}`);
  return [one.method, path, ...values(one.headers, 'header'), ...values(one.query, 'query')].filter(Boolean).join(' ');
}

const pathOf = ({ kind, value }) => (kind === 'prefix' ? `${value}…` : kind === 'regex' ? `~ ${value}` : value);

function action(route) {
  if (route.redirect) {
    const { status, scheme, host, port, path } = route.redirect;
    return `redirect ${[status, scheme, host, port, path && path.value].filter(Boolean).join(' ')}`;
  }
  if (route.fixedResponse) return `answer ${route.fixedResponse.status}`;
  const pools = route.pools ?? [];
  return pools.map(({ pool, weight }) => (pools.length > 1 ? `${pool} (${weight ?? 1})` : pool)).join(', ') || '–';
}
