// Changes of the history: who, what, why, and what differs.
import { html } from './lib.js';
import { Section, Table, Time } from './parts.js';

const LEFT_OUT = ['links', 'revision', 'createdRevision', 'since', 'state', 'adminSince', 'applied', 'staleness'];

export const who = (change) =>
  change.actor ? [change.actor.type, change.actor.name].filter(Boolean).join(' ') : 'the cluster';

/**
 * What a change has changed, as rows `{field, before, after}`. An origin stands in the history as it was after each
 * change, so two of them are compared; of other resources the line of the history says what differs. Pure.
 *
 * @param older the changes before it, oldest first
 */
export function diff(change, older) {
  const before = change.origin && older.findLast((each) => sameOrigin(each, change))?.origin;
  if (before && change.kind !== 'origin-added') {
    const rows = compare(flat(before), change.kind === 'origin-removed' ? {} : flat(change.origin));
    if (rows.length > 0) return rows;
  }
  if (change.kind === 'origin-added') return compare({}, flat(change.origin));
  return parts(change.detail);
}

const sameOrigin = (each, change) => each.origin && each.pool === change.pool && each.subject === change.subject;

function flat(value, path = '') {
  if (value === null || typeof value !== 'object') return { [path]: String(value) };
  return Object.assign(
    {},
    ...Object.entries(value)
      .filter(([name]) => path !== '' || !LEFT_OUT.includes(name))
      .map(([name, each]) => flat(each, path ? `${path}.${name}` : name)),
  );
}

function compare(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, before: before[field] ?? '', after: after[field] ?? '' }));
}

/** `limits.queueMax 1 -> 2, slowStart 0s -> 30s` */
function parts(detail) {
  return detail
    .split(/, (?=[^,]* -> )/)
    .map((part) => /^(?:updated, )?(?:(\S+) )?(.*) -> (.*)$/.exec(part))
    .filter(Boolean)
    .map(([, field, before, after]) => ({ field: field ?? '', before, after }));
}

export function Diff({ rows }) {
  if (rows.length === 0) return html`<p class="note">The history has no more than the line above.</p>`;
  const columns = [
    { label: 'Field', head: true, cell: (row) => row.field || 'state' },
    { label: 'Before', cell: (row) => (row.before ? html`<del>${row.before}</del>` : '–') },
    { label: 'After', cell: (row) => (row.after ? html`<ins>${row.after}</ins>` : '–') },
  ];
  return html`<${Table} caption="What differs" columns=${columns} rows=${rows} id=${(row) => row.field} />`;
}

/** The last changes, newest first, without their differences. */
export function LastChanges({ changes, now, most }) {
  const columns = [
    { label: 'Revision', head: true, cell: (c) => c.revision },
    { label: 'When', cell: (c) => html`<${Time} at=${c.at} now=${now} />` },
    { label: 'Who', cell: (c) => who(c) },
    { label: 'What', cell: (c) => html`${c.kind} ${c.subject}` },
    { label: 'Detail', cell: (c) => c.detail },
    { label: 'Reason', cell: (c) => c.reason ?? '–' },
  ];
  const rows = changes.changes.slice(-most).reverse();
  return html`<${Section} title="Last changes" aside=${html`<a href="#/history">History</a>`}>
    <${Table} caption="Last changes" columns=${columns} rows=${rows} id=${(c) => c.revision} />
  <//>`;
}
