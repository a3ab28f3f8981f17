// What the dashboard may change. Each action is confirmed in a dialog, which shows the line of weldrctl that does the same.
import { html, useRef, useState } from './lib.js';
import { Command, Dialog } from './parts.js';
import { send } from './api.js';
import { changed } from './feeds.js';
import { weldrctl } from './format.js';

const path = (pool, origin) => `/v1/pools/${encodeURIComponent(pool)}/origins/${encodeURIComponent(origin)}`;

/** An action on one origin: its dialog, its request and its line. Pure. */
function ofOrigin(name, pool, origin, others) {
  const last = others.every((other) => other.state !== 'up' || other.weight === 0);
  const warning = last ? `No other origin of pool ${pool} takes requests: clients will get 503.` : null;
  const patch = (body) => ({ method: 'PATCH', path: path(pool, origin.id), body });
  const line = (...options) => ['servers', 'set', origin.id, ...(pool === 'default' ? [] : ['--pool', pool]), ...options];
  return {
    drain: {
      title: `Drain ${origin.id}`,
      effect: `Origin ${origin.id} of pool ${pool} gets no new requests. Exchanges under way have the drain time to finish; then they are cut off.`,
      warning,
      inputs: [{ name: 'time', label: 'Drain time', value: '30s', pattern: '[0-9]+(ms|s|m|h)?', hint: 'such as 30s, 5m, 1h' }],
      change: ({ time }) => patch({ admin: 'draining', drainFor: time }),
      line: ({ time }) => line(`--drain=${time}`),
      done: `${origin.id} drains`,
    },
    enable: {
      title: `Enable ${origin.id}`,
      effect: `Origin ${origin.id} of pool ${pool} gets requests again as soon as its verdict is up.`,
      inputs: [],
      change: () => patch({ admin: 'enabled' }),
      line: () => line('--enable'),
      done: `${origin.id} is enabled`,
    },
    maintenance: {
      title: `Maintenance of ${origin.id}`,
      effect: `Origin ${origin.id} of pool ${pool} gets no requests and no probes from now on. Exchanges under way may finish.`,
      warning,
      inputs: [],
      change: () => patch({ admin: 'maintenance' }),
      line: () => line('--maintenance'),
      done: `${origin.id} is in maintenance`,
    },
    weight: {
      title: `Weight of ${origin.id}`,
      effect: `The share of requests that origin ${origin.id} of pool ${pool} gets beside the others. An origin with weight 0 gets none.`,
      inputs: [{ name: 'weight', label: 'Weight', value: String(origin.weight), pattern: '[0-9]{1,3}', hint: '0 to 100' }],
      change: ({ weight }) => patch({ weight: Number(weight) }),
      line: ({ weight }) => line('--weight', weight),
      done: `${origin.id} has another weight`,
    },
  }[name];
}

export function OriginButtons({ pool, origin, all, act }) {
  const others = all.filter((each) => each.id !== origin.id);
  const names = origin.admin === 'enabled' ? ['drain', 'maintenance', 'weight'] : ['enable', 'weight'];
  return html`<span class="buttons">
    ${names.map((name) => html`<button type="button" data-action=${name} aria-label=${`${name} ${origin.id} of pool ${pool}`}
      onClick=${() => act(ofOrigin(name, pool, origin, others))}>${name}</button>`)}
  </span>`;
}

export function TransferButton({ member, cluster, act }) {
  if (member.learner && !member.missing) return null;
  if (member.missing || member.acting || member.witness || !member.voter) return '–';
  const action = {
    title: `Make ${member.id} the leader`,
    effect: `Leadership moves from ${cluster.leader ?? 'nobody'} to ${member.id}. It takes a fraction of a second; a virtual IP moves along. Traffic goes on.`,
    warning: cluster.leader ? null : 'There is no leader that could hand leadership over.',
    inputs: [],
    keyless: true,
    change: () => ({ method: 'POST', path: '/v1/cluster/leader', body: { to: member.id } }),
    line: () => ['cluster', 'transfer-leader', member.id],
    done: `${member.id} leads`,
  };
  return html`<button type="button" data-action="transfer" aria-label=${`make ${member.id} the leader`}
    onClick=${() => act(action)}>make leader</button>`;
}

export function PromoteButton({ member, act }) {
  if (!member.learner || member.missing) return null;
  const action = {
    title: `Give ${member.id} a vote`,
    effect: `${member.id} is a learner. It becomes a voter, so that a majority of one more voter is needed for each change.`,
    warning: null,
    inputs: [],
    keyless: true,
    change: () => ({ method: 'POST', path: `/v1/cluster/members/${encodeURIComponent(member.id)}/promotion` }),
    line: () => ['cluster', 'promote', member.id],
    done: `${member.id} votes`,
  };
  return html`<button type="button" data-action="promote" aria-label=${`give ${member.id} a vote`}
    onClick=${() => act(action)}>promote</button>`;
}

/** Asks for confirmation, sends the change, and says what came of it. */
export function ActionDialog({ action, onClose, onDone }) {
  const [fields, setFields] = useState(Object.fromEntries(action.inputs.map(({ name, value }) => [name, value])));
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(action.keyless ? null : randomKey()); // so that a second try is no second change
  const set = (name) => (e) => setFields({ ...fields, [name]: e.target.value });
  const line = weldrctl(...action.line(fields), ...(reason ? ['--reason', reason] : []));

  const confirm = async (e) => {
    e.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await send({ ...action.change(fields), reason, key: key.current });
      onDone(action.done);
      changed();
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${action.title} onClose=${onClose}>
    <form onSubmit=${confirm}>
      <p>${action.effect}</p>
      ${action.warning && html`<p class="note bad">${action.warning}</p>`}
      ${action.inputs.map(
        ({ name, label, pattern, hint }) => html`<label>${label} <small>${hint}</small>
          <input name=${name} required pattern=${pattern} value=${fields[name]} onInput=${set(name)} autocomplete="off" /></label>`,
      )}
      <label>Reason, for the history
        <input name="reason" maxlength="256" value=${reason} onInput=${(e) => setReason(e.target.value)} autocomplete="off" /></label>
      <p class="note">The same by weldrctl:</p>
      <${Command} line=${line} />
      ${problem && html`<p class="note bad" role="alert">${problem.message}</p>`}
      <div class="buttons">
        <button type="button" onClick=${onClose}>Cancel</button>
        <button type="submit" class="main" disabled=${busy}>${action.title}</button>
      </div>
    </form>
  <//>`;
}

/** Browsers have `crypto.randomUUID` only by TLS and on loopback. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');
}
