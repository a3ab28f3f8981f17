// The pools with their origins: how they stand, who sees them down, and what traffic they get.
import { html } from './lib.js';
import { Figure, Figures, Section, State, Table, Time } from './parts.js';
import { clock, millis, number, percent } from './format.js';
import { OriginButtons } from './actions.js';

/** The sums over all members that answered, by pool; `null` where nobody has told yet. Pure. */
export function trafficOf(samples, pool) {
  const parts = (samples?.members ?? []).flatMap((member) =>
    (member.pools ?? []).filter((each) => each.pool === pool).map((each) => ({ ...each, member: member.member })),
  );
  if (parts.length === 0) return null;
  const sum = (of) => parts.reduce((all, part) => all + (of(part) ?? 0), 0);
  const most = (of) => parts.reduce((all, part) => (of(part) === undefined ? all : Math.max(all ?? 0, of(part))), undefined);
  const origins = {};
  for (const part of parts) {
    for (const origin of part.origins) {
      const all = (origins[origin.id] ??= { requestsPerSecond: 0, inFlight: 0, queued: 0, ejectedBy: [] });
      all.requestsPerSecond += origin.requestsPerSecond;
      all.inFlight += origin.inFlight;
      all.queued += origin.queued;
      if (origin.ejected) all.ejectedBy.push(part.member);
    }
  }
  return {
    requestsPerSecond: sum((part) => part.requestsPerSecond),
    errorsPerSecond: sum((part) => part.errorsPerSecond),
    inFlight: sum((part) => part.inFlight),
    queued: sum((part) => part.queued),
    p50Millis: most((part) => part.p50Millis),
    p99Millis: most((part) => part.p99Millis),
    origins,
  };
}

export function Pools({ pools, origins, probes, samples, session, now, act }) {
  return pools.pools.slice(0, 50).map((pool) =>
    html`<${Pool}
      key=${pool.name}
      pool=${pool}
      origins=${origins?.[pool.name]?.origins}
      probes=${probes?.[pool.name]}
      traffic=${trafficOf(samples, pool.name)}
      session=${session}
      now=${now}
      act=${act}
    />`,
  );
}

function Pool({ pool, origins, probes, traffic, session, now, act }) {
  const probeOf = Object.fromEntries((probes?.probes ?? []).map((probe) => [probe.origin, probe]));
  const mayOperate =
    session.role === 'admin' ||
    (session.role === 'operator' && (session.pools.length === 0 || session.pools.includes(pool.name)));
  const columns = [
    { label: 'Origin', head: true, cell: (o) => html`${o.id}${o.url !== `http://${o.id}` && html` <span class="because">${o.url}</span>`}` },
    { label: 'State', cell: (o) => html`<${State} word=${o.state} />` },
    { label: 'Since', cell: (o) => html`<${Time} at=${o.adminSince ?? o.since} now=${now} />` },
    { label: 'Reason', cell: (o) => html`${reason(o)}` },
    { label: 'Last probe', cell: (o) => html`<${LastProbe} probe=${probeOf[o.id]} now=${now} />` },
    { label: 'Seen down by', cell: (o) => html`${seenDownBy(o, probes, probeOf[o.id], traffic)}` },
    { label: 'Weight', number: true, cell: (o) => o.weight },
    {
      label: 'Requests/s, share',
      number: true,
      cell: (o) => {
        const own = traffic?.origins[o.id];
        return own ? `${number(own.requestsPerSecond)}, ${percent(own.requestsPerSecond, traffic.requestsPerSecond)}` : '–';
      },
    },
    ...(mayOperate
      ? [{ label: 'Actions', cell: (o) => html`<${OriginButtons} pool=${pool.name} origin=${o} all=${origins} act=${act} />` }]
      : []),
  ];
  return html`<${Section} title=${`Pool ${pool.name}`}>
    ${traffic &&
    html`<${Figures}>
      <${Figure} name="requests/s" value=${number(traffic.requestsPerSecond)} />
      <${Figure} name="errors/s" value=${number(traffic.errorsPerSecond)} bad=${traffic.errorsPerSecond > 0} />
      <${Figure} name="p50" value=${millis(traffic.p50Millis)} />
      <${Figure} name="p99" value=${millis(traffic.p99Millis)} />
      <${Figure} name="in flight" value=${number(traffic.inFlight)} />
      <${Figure} name="queued" value=${number(traffic.queued)} bad=${traffic.queued > 0} />
    <//>`}
    ${origins && html`<${Table} caption=${`Origins of pool ${pool.name}`} columns=${columns} rows=${origins} empty="none yet" />`}
    ${probes?.missing && html`<p class="note">No probes are shown: ${probes.missing}.</p>`}
  <//>`;
}

function reason(origin) {
  const until = origin.drainDeadline ? `drains until ${clock(origin.drainDeadline)}; ` : '';
  return `${until}${origin.reason}`;
}

function LastProbe({ probe, now }) {
  if (!probe) return '–';
  return html`<${State} word=${probe.passed ? 'passed' : 'failed'} /> ${probe.answer}, ${millis(probe.latencyMillis)},${' '}
    <${Time} at=${probe.at} now=${now} />`;
}

/** Who sees it down: the leader by its last probe, the others by what they told the leader, each node by its traffic. */
function seenDownBy(origin, probes, probe, traffic) {
  const down = [];
  if (probe && !probe.passed && probes.leader) down.push(`${probes.leader} (probes)`);
  for (const opinion of probe?.opinions ?? []) {
    if (!opinion.passed) down.push(`${opinion.member} (asked ${clock(probe.askedAt)})`);
  }
  for (const member of traffic?.origins[origin.id]?.ejectedBy ?? []) down.push(`${member} (traffic)`);
  const up = (probe?.opinions ?? []).filter((opinion) => opinion.passed).map((opinion) => opinion.member);
  if (down.length === 0) return 'nobody';
  return down.join(', ') + (up.length > 0 ? `; up for ${up.join(', ')}` : '');
}
