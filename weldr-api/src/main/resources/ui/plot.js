// One plot: a line for each member over the last hour. uPlot draws; people who do not see it get the figures as text.
import uPlot from 'uplot';
import { html, useEffect, useRef } from './lib.js';

const HEIGHT = 160;
const COLOURS = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6', '--line-7', '--line-8', '--line-9'];

/**
 * Lines of several members on one axis of time. Pure.
 *
 * @param lines each `{name, at: [seconds], values: [number or null]}`
 */
export function joined(lines) {
  const times = [...new Set(lines.flatMap((line) => line.at))].sort((a, b) => a - b);
  const place = new Map(times.map((time, i) => [time, i]));
  return [
    times,
    ...lines.map(({ at, values }) => {
      const all = new Array(times.length).fill(undefined); // undefined: no sample at that time; the line goes on
      at.forEach((time, i) => (all[place.get(time)] = values[i]));
      return all;
    }),
  ];
}

export function Plot({ title, unit, lines, format, theme }) {
  const box = useRef(null);
  const plot = useRef(null);
  const names = lines.map((line) => line.name).join(' ');

  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--rule'), width: 1 }, ticks: { stroke: colour('--rule') } };
    const options = {
      width: box.current.clientWidth,
      height: HEIGHT,
      cursor: { y: false },
      legend: { live: true },
      series: [
        { label: 'time' },
        ...lines.map(({ name }, i) => ({
          label: name,
          stroke: colour(COLOURS[i % COLOURS.length]),
          width: 2,
          dash: i % 3 === 1 ? [6, 3] : i % 3 === 2 ? [2, 3] : undefined, // told apart without colours, too
          points: { show: false },
          value: (_, value) => (value === null || value === undefined ? '–' : format(value)),
        })),
      ],
      axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map(format) }],
      scales: { y: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    };
    plot.current = new uPlot(options, joined(lines), box.current);
    const resizing = new ResizeObserver(() => plot.current.setSize({ width: box.current.clientWidth, height: HEIGHT }));
    resizing.observe(box.current);
    return () => {
      resizing.disconnect();
      plot.current.destroy();
    };
  }, [names, theme]);
  useEffect(() => plot.current.setData(joined(lines)), [lines]);

  return html`<figure class="plot">
    <figcaption>${title} <span class="because">${unit}</span><span class="hidden">${spoken(lines, format)}</span></figcaption>
    <div ref=${box} aria-hidden="true"></div>
  </figure>`;
}

/** `n1: now 3, at most 7; n2: …` */
function spoken(lines, format) {
  return lines
    .map(({ name, values }) => {
      const known = values.filter((value) => value !== null && value !== undefined);
      return known.length === 0
        ? `${name}: nothing measured`
        : `${name}: now ${format(known[known.length - 1])}, at most ${format(Math.max(...known))} in the last hour`;
    })
    .join('; ');
}
