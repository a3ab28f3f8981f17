// Numbers, times and command lines as people read them. Pure.

/** `3 s`, `4 min`, `2 h`, `5 d`: coarse on purpose. */
export function span(seconds) {
  const s = Math.max(0, seconds);
  if (s < 10) return `${s < 1 ? Math.round(s * 10) / 10 : Math.round(s)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} d`;
}

export const ago = (instant, now = Date.now()) => `${span((now - Date.parse(instant)) / 1000)} ago`;

/** `14:03:07` of today, else with the date; in the time zone of the browser. */
export function clock(instant) {
  const date = new Date(instant);
  const time = date.toLocaleTimeString([], { hour12: false });
  return date.toDateString() === new Date().toDateString() ? time : `${date.toISOString().slice(0, 10)} ${time}`;
}

export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  if (value < 10) return String(Math.round(value * 100) / 100);
  if (value < 1000) return String(Math.round(value));
  if (value < 1_000_000) return `${Math.round(value / 100) / 10} k`;
  return `${Math.round(value / 100_000) / 10} M`;
}

export const millis = (value) =>
  value === null || value === undefined ? '–' : value >= 1000 ? `${number(value / 1000)} s` : `${number(value)} ms`;

export const percent = (part, whole) => (whole > 0 ? `${Math.round((100 * part) / whole)} %` : '–');

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** A word of a command line as a shell takes it. */
export const quoted = (word) => (/^[A-Za-z0-9_.:/@%+=,[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The line of weldrctl that does the same. */
export const weldrctl = (...words) => ['weldrctl', ...words.filter((word) => word !== null)].map(quoted).join(' ');

export const byName = (a, b) => a.localeCompare(b, 'en', { numeric: true });
