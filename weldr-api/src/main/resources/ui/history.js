// The history, a page at a time, each change with what it has changed.
import { html, useEffect, useState } from './lib.js';
import { Section, Time, Waiting } from './parts.js';
import { get } from './api.js';
import { Diff, diff, who } from './changes.js';

const PAGE = 50;

export function History({ feeds, now }) {
  const [by, setBy] = useState('');
  const [kind, setKind] = useState('');
  const [older, setOlder] = useState([]); // pages before the latest one, oldest first
  const [latest, setLatest] = useState(null);
  const [problem, setProblem] = useState(null);
  const newest = feeds.changes?.revision;
  const query = (by ? `&by=${by}` : '') + (kind ? `&kind=${kind}` : '');

  useEffect(() => setOlder([]), [query]);
  useEffect(() => {
    let over = false;
    get(`/v1/history?consistency=stale&limit=${PAGE}${query}`).then(
      (page) => over || (setLatest(page), setProblem(null)),
      (failure) => over || setProblem(failure),
    );
    return () => (over = true);
  }, [query, newest]);

  if (!latest) return html`<${Waiting} of="history" problem=${problem} />`;
  const first = older[0] ?? latest;
  const all = [...older.flatMap((page) => page.changes), ...latest.changes];
  const more = async () => {
    try {
      const page = await get(`/v1/history?consistency=stale&limit=${PAGE}&before=${first.changes[0].revision}${query}`);
      setOlder([page, ...older]);
    } catch (failure) {
      setProblem(failure);
    }
  };
  return html`<${Section} title="History">
    <div class="filters">
      <label>Asked for by
        <select value=${by} onChange=${(e) => setBy(e.target.value)}>
          <option value="">anybody</option><option value="operator">operators</option><option value="cluster">the cluster</option>
        </select>
      </label>
      <label>About
        <select value=${kind} onChange=${(e) => setKind(e.target.value)}>
          <option value="">everything</option>
          ${['origin', 'verdict', 'pool', 'listener', 'route', 'certificate', 'token', 'member', 'cluster'].map(
            (word) => html`<option value=${word}>${word}</option>`,
          )}
        </select>
      </label>
    </div>
    ${problem && html`<p class="note bad" role="alert">${problem.message}</p>`}
    ${all.length === 0 && html`<p class="empty">No such change is kept.</p>`}
    <ol class="changes" reversed>
      ${all.map((change, i) => html`<li key=${change.revision}>
        <details>
          <summary>
            <span class="number">${change.revision}</span> <${Time} at=${change.at} now=${now} />${' '}
            <strong>${who(change)}</strong>${' '}
            <span>${change.kind} ${change.pool ? `${change.pool}/` : ''}${change.subject}: ${change.detail}</span>
            ${change.reason && html` <q>${change.reason}</q>`}
          </summary>
          <p class="note">${change.at}${change.address && `, from ${change.address}`}</p>
          <${Diff} rows=${diff(change, all.slice(0, i))} />
        </details></li>`).reverse()}
    </ol>
    ${first.links.some((link) => link.rel === 'older') && html`<button type="button" onClick=${more}>Older changes</button>`}
  <//>`;
}
