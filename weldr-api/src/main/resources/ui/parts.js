// The small parts that all views are made of.
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from './lib.js';
import { ago, clock } from './format.js';

const GOOD = ['up', 'bound', 'loaded', 'leader', 'yes', 'passed'];
const BAD = ['down', 'missing', 'failed', 'retrying', 'not-allowed', 'no', 'closed', 'removed'];
const SIGNS = { good: '●', bad: '▲', odd: '◆' };

/** A state, by a sign, a word and a colour: the colour alone would tell some people nothing. */
export function State({ word, kind }) {
  const how = kind ?? (GOOD.includes(word) ? 'good' : BAD.includes(word) ? 'bad' : 'odd');
  return html`<span class="state ${how}"><span aria-hidden="true">${SIGNS[how]}</span> ${word}</span>`;
}

export function Time({ at, now }) {
  return at ? html`<time datetime=${at} title=${at}>${now ? ago(at, now) : clock(at)}</time>` : html`<span>–</span>`;
}

/** A part of a view with its heading. */
export function Section({ title, children, aside, level = 2 }) {
  const id = useId();
  const heading = level === 2 ? html`<h2 id=${id}>${title}</h2>` : html`<h3 id=${id}>${title}</h3>`;
  return html`<section aria-labelledby=${id}><div class="heading">${heading}${aside}</div>${children}</section>`;
}

/**
 * A table, which becomes a list of cards where the screen is narrow. The roles keep it a table for screen readers then.
 *
 * @param columns each `{label, cell(row), number?, head?}`; the column with `head` names the row
 */
export function Table({ caption, columns, rows, id = (row) => row.id ?? row.name, empty = 'none' }) {
  if (rows.length === 0) {
    return html`<p class="empty">${caption}: ${empty}</p>`;
  }
  return html`<table role="table">
    <caption class="hidden">${caption}</caption>
    <thead role="rowgroup"><tr role="row">
      ${columns.map((c) => html`<th role="columnheader" scope="col" class=${c.number ? 'number' : ''}>${c.label}</th>`)}
    </tr></thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) => html`<tr role="row" key=${id(row)} data-row=${id(row)}>
          ${columns.map((c) =>
            c.head
              ? html`<th role="rowheader" scope="row" data-label=${c.label}><div>${c.cell(row)}</div></th>`
              : html`<td role="cell" class=${c.number ? 'number' : ''} data-label=${c.label}><div>${c.cell(row)}</div></td>`,
          )}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A figure with its name below. */
export function Figure({ name, value, bad }) {
  return html`<div class="figure"><dt>${name}</dt><dd class=${bad ? 'bad' : ''}>${value}</dd></div>`;
}

export function Figures({ children }) {
  return html`<dl class="figures">${children}</dl>`;
}

/** A command line with a button that copies it. */
export function Command({ line }) {
  const [copied, set] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line);
      set(true);
    } catch {
      set(false); // the browser does not allow it, as over plain HTTP; the line can be selected
    }
  };
  return html`<div class="command"><code>${line}</code>
    ${navigator.clipboard && html`<button type="button" onClick=${copy}>${copied ? 'Copied' : 'Copy'}</button>`}
  </div>`;
}

/** A modal window. The browser keeps the focus inside, closes it by Escape, and gives the focus back. */
export function Dialog({ title, onClose, children }) {
  const ref = useRef(null);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog.showModal();
    return () => dialog.open && dialog.close();
  }, []);
  return html`<dialog ref=${ref} aria-labelledby=${id} onClose=${onClose}><h2 id=${id}>${title}</h2>${children}</dialog>`;
}

/** Says something to people who do not see the screen, and shows it for a while. */
export function Announcement({ text }) {
  const [shown, set] = useState('');
  useEffect(() => {
    set(text?.line ?? '');
    const timer = setTimeout(() => set(''), 8000);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<div class="announcement" role="status" aria-live="polite">${shown && html`<p>${shown}</p>`}</div>`;
}

/** What is shown until the first answer, or in place of it. */
export function Waiting({ of, problem }) {
  return problem
    ? html`<p class="note bad">${of}: ${problem.message}</p>`
    : html`<p class="note">${of}: asking the node</p>`;
}
