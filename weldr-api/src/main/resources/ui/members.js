// The members of the cluster, and whether one may be stopped now.
import { html } from './lib.js';
import { Section, State, Table } from './parts.js';
import { span } from './format.js';
import { PromoteButton, TransferButton } from './actions.js';

export function Members({ cluster, session, act }) {
  const role = (m) =>
    m.missing
      ? html`<${State} word="missing" />${m.silentSeconds !== undefined && ` for ${span(m.silentSeconds)}`}${m.learner && ' learner'}`
      : html`<${State} word=${m.acting ? 'leader' : m.role} kind=${m.acting || m.role === 'follower' || m.role === 'learner' ? 'good' : 'odd'} />
          ${m.witness && ' witness'}${!m.voter && !m.learner && ' no vote'}`;
  const columns = [
    {
      label: 'Member',
      head: true,
      cell: (m) => html`${m.id}${m.id === cluster.self && html` <span class="tag">asked</span>`}`,
    },
    { label: 'Role', cell: role },
    { label: 'Term', number: true, cell: (m) => m.term ?? '–' },
    { label: 'Lag', number: true, cell: (m) => (m.lag === undefined ? '–' : m.lag) },
    { label: 'Version', cell: (m) => m.version ?? '–' },
    { label: 'Runs for', cell: (m) => (m.uptimeSeconds === undefined ? '–' : `${span(m.uptimeSeconds)}`) },
    { label: 'Virtual IP', cell: (m) => html`<${VirtualIp} of=${m.virtualIp} />` },
    { label: 'May be stopped now', cell: (m) => html`<${Stop} stop=${m.stop} />` },
    { label: 'Trouble', cell: (m) => m.trouble ?? m.reason ?? 'none' },
    ...(session.role === 'admin'
      ? [{ label: 'Actions', cell: (m) => html`<${TransferButton} member=${m} cluster=${cluster} act=${act} /><${PromoteButton} member=${m} act=${act} />` }]
      : []),
  ];
  return html`<${Section} title="Members">
    <${Table} caption="Members" columns=${columns} rows=${cluster.members} />
  <//>`;
}

function Stop({ stop }) {
  if (!stop) return '–';
  return html`<${State} word=${stop.safe ? 'yes' : 'no'} /> <span class="because">${stop.reason}</span>`;
}

function VirtualIp({ of: virtual }) {
  if (!virtual) return '–';
  const addresses = virtual.addresses.join(', ');
  return virtual.active
    ? html`<strong>holds ${addresses}</strong> <span class="because">it lasts
        ${span(virtual.leftSeconds ?? virtual.lifetimeSeconds)} if it is not renewed</span>`
    : html`<span class="because">ready for ${addresses}</span>`;
}
