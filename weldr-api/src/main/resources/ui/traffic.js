// Plots of the last hour, from the samples that each node keeps in its memory.
import { html, useEffect, useMemo, useState } from './lib.js';
import { Section, Waiting } from './parts.js';
import { get } from './api.js';
import { millis, number } from './format.js';
import { Plot } from './plot.js';

const SECONDS_MAX = 3600;
const EVERY_MILLIS = 10_000;

const PLOTS = [
  ['requestsPerSecond', 'Requests', 'a second', number],
  ['errorsPerSecond', 'Errors', 'a second', number],
  ['p50Millis', 'Time, p50', 'half of the requests take less', millis],
  ['p99Millis', 'Time, p99', '99 of 100 requests take less', millis],
  ['inFlight', 'In flight', 'exchanges', number],
  ['queued', 'Queued', 'requests that wait for a connection', number],
];

/** Adds what came since, and drops what is older than an hour. Pure. */
export function grown(known, answer) {
  const all = {};
  for (const { member, series } of answer.members) {
    if (!series) {
      if (known[member]) all[member] = known[member];
      continue;
    }
    const before = known[member] ?? { at: [] };
    const newest = before.at[before.at.length - 1] ?? 0;
    const from = series.at.findIndex((time) => time > newest);
    const fresh = from < 0 ? [] : series.at.slice(from);
    const at = [...before.at, ...fresh];
    const skip = at.findIndex((time) => time > at[at.length - 1] - SECONDS_MAX);
    all[member] = { at: at.slice(skip) };
    for (const [name] of PLOTS) {
      const more = from < 0 ? [] : (series[name] ?? []).slice(from);
      all[member][name] = [...(before[name] ?? []), ...more].slice(skip);
    }
  }
  return all;
}

export function Traffic({ feeds, theme }) {
  const [pool, setPool] = useState('');
  const [known, setKnown] = useState(null);
  const [problem, setProblem] = useState(null);
  const [missing, setMissing] = useState([]);

  useEffect(() => {
    let over = false;
    let timer;
    let all = {};
    setKnown(null);
    const load = async () => {
      const newest = Math.min(...Object.values(all).map(({ at }) => at[at.length - 1] ?? 0));
      const after = Number.isFinite(newest) ? `&after=${newest}` : '';
      try {
        const answer = await get(`/v1/samples?${pool ? `pool=${encodeURIComponent(pool)}` : 'series=all'}${after}`);
        if (over) return;
        all = grown(all, answer);
        setKnown(all);
        setMissing(answer.members.filter((member) => member.missing));
        setProblem(null);
      } catch (failure) {
        if (!over) setProblem(failure);
      }
      if (!over) timer = setTimeout(load, EVERY_MILLIS);
    };
    load();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [pool]);

  const members = Object.keys(known ?? {});
  const plots = useMemo(
    () =>
      PLOTS.map(([name, title, unit, format]) => ({
        name,
        title,
        unit,
        format,
        lines: members.map((member) => ({ name: member, at: known[member].at, values: known[member][name] })),
      })),
    [known],
  );
  return html`<${Section} title="Traffic of the last hour">
    <div class="filters">
      <label>Of <select value=${pool} onChange=${(e) => setPool(e.target.value)}>
        <option value="">each node as a whole</option>
        ${(feeds.pools?.pools ?? []).map(({ name }) => html`<option value=${name}>pool ${name}</option>`)}
      </select></label>
      <p class="note">Each node measures itself every 10 s, and keeps an hour in memory. After a restart it begins anew.</p>
    </div>
    ${missing.map((member) => html`<p class="note bad">${member.member} is not shown: ${member.missing}</p>`)}
    ${problem && html`<p class="note bad">${problem.message}</p>`}
    ${members.length === 0
      ? html`<${Waiting} of="samples" />`
      : html`<div class="plots">${plots.map((each) => html`<${Plot} key=${each.name} ...${each} theme=${theme} />`)}</div>`}
  <//>`;
}
