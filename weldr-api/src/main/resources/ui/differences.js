// The members side by side, in what they differ.
import { html } from './lib.js';
import { Section, Table } from './parts.js';
import { number } from './format.js';

/** Rows `{id, of: {member: text}}` of what is not the same on all members that answered. Pure. */
export function differences(cluster, listeners, certificates, samples) {
  const members = cluster.members.filter((m) => !m.missing);
  const rows = [
    ['version', (m) => m.version],
    ['newest cluster version that it supports', (m) => m.supports],
    ['leader, as it sees it', (m) => m.leader],
    ['term', (m) => m.term],
    ['applied log index', (m) => m.appliedIndex],
    ['revision that its proxy routes by', (m) => (m.witness ? undefined : m.routedRevision)],
  ].map(([name, of]) => ({ id: name, of: Object.fromEntries(members.map((m) => [m.id, text(of(m))])) }));
  const ofConditions = (kind, resources) =>
    (resources ?? []).map((resource) => ({
      id: `${kind} ${resource.name}`,
      of: Object.fromEntries(
        (resource.conditions ?? [])
          .filter((one) => one.state !== 'unknown')
          .map((one) => [one.member, one.reason ? `${one.state}: ${one.reason}` : one.state]),
      ),
    }));
  const differ = [
    ...rows,
    ...ofConditions('listener', listeners?.listeners),
    ...ofConditions('certificate', certificates?.certificates),
    ...ofEjections(samples),
  ].filter((row) => new Set(Object.values(row.of).filter((value) => value !== '')).size > 1);
  return { members: members.map((m) => m.id), rows: differ };
}

function ofEjections(samples) {
  const rows = {};
  const members = (samples?.members ?? []).filter((member) => member.pools);
  for (const member of members) {
    for (const pool of member.pools) {
      for (const origin of pool.origins.filter((each) => each.ejected)) {
        const id = `origin ${origin.id} of pool ${pool.pool}`;
        rows[id] ??= { id, of: Object.fromEntries(members.map((each) => [each.member, 'in use'])) };
        rows[id].of[member.member] = 'ejected';
      }
    }
  }
  return Object.values(rows);
}

const text = (value) => (value === undefined || value === null ? '' : String(value));

export function Differences({ cluster, listeners, certificates, samples }) {
  const { members, rows } = differences(cluster, listeners, certificates, samples);
  const traffic = Object.fromEntries((samples?.members ?? []).map((m) => [m.member, m.now]));
  const columns = [
    { label: 'What', head: true, cell: (row) => row.id },
    ...members.map((id) => ({ label: id, cell: (row) => row.of[id] || '–' })),
  ];
  const figures = [
    ['requests/s', (now) => number(now.requestsPerSecond)],
    ['errors/s', (now) => number(now.errorsPerSecond)],
    ['p99 in ms', (now) => number(now.p99Millis)],
    ['in flight', (now) => number(now.inFlight)],
    ['queued', (now) => number(now.queued)],
  ].map(([id, of]) => ({ id, of: Object.fromEntries(members.map((m) => [m, traffic[m] ? of(traffic[m]) : ''])) }));
  return html`<${Section} title="Members side by side">
    ${rows.length === 0 && html`<p class="note">All members that answer agree in version, term, applied log and conditions.</p>`}
    <${Table} caption="What the members do, and where they differ" columns=${columns} rows=${[...rows, ...figures]} />
  <//>`;
}
