// Certificates, those that expire next first.
import { html } from './lib.js';
import { Section, State, Table, Time } from './parts.js';
import { span } from './format.js';
import { Conditions } from './listeners.js';

const SOON_DAYS = 14;

export function Certificates({ certificates, now, most = Infinity }) {
  const all = [...certificates.certificates].sort((a, b) => end(a) - end(b));
  const columns = [
    { label: 'Certificate', head: true, cell: (c) => c.name },
    { label: 'Hosts', cell: (c) => (c.issued?.hosts ?? c.acme?.hosts ?? []).join(', ') },
    { label: 'Expires', cell: (c) => html`<${Expiry} certificate=${c} now=${now} />` },
    { label: 'Source', cell: (c) => c.source },
    { label: 'Order', cell: (c) => order(c.order, now) },
    { label: 'Used by', cell: (c) => [...(c.usedBy?.listeners ?? []), ...(c.usedBy?.pools ?? [])].join(', ') || 'nothing' },
    { label: 'On the members', cell: (c) => html`<${Conditions} all=${c.conditions ?? []} brief />` },
  ];
  return html`<${Section} title=${most === Infinity ? 'Certificates' : 'Certificates that expire next'}>
    <${Table} caption="Certificates" columns=${columns} rows=${all.slice(0, most)} />
  <//>`;
}

const end = (certificate) => (certificate.issued ? Date.parse(certificate.issued.notAfter) : 0);

function Expiry({ certificate, now }) {
  if (!certificate.issued) return html`<${State} word="not issued" kind="odd" />`;
  const left = (end(certificate) - now) / 1000;
  const word = left < 0 ? 'expired' : `in ${span(left)}`;
  return html`<${State} word=${word} kind=${left < SOON_DAYS * 86400 ? 'bad' : 'good'} />${' '}
    <${Time} at=${certificate.issued.notAfter} />`;
}

function order(one, now) {
  if (!one) return '–';
  const next = one.nextTry ? `, next try in ${span((Date.parse(one.nextTry) - now) / 1000)}` : '';
  return `${one.state}${one.error ? `: ${one.error}` : ''}${next}`;
}
