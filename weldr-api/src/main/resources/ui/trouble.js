// What is wrong, in one list: what somebody who was woken wants to read first. Pure.
import { plural, span } from './format.js';

const SOON_SECONDS = 14 * 86400;

export function troubles({ cluster, origins, listeners, certificates, pools, samples }, now) {
  return [
    ...ofCluster(cluster, pools),
    ...ofOrigins(origins),
    ...ofEjections(samples),
    ...ofListeners(listeners),
    ...ofCertificates(certificates, now),
  ];
}

function ofCluster(cluster, pools) {
  if (!cluster) return [];
  const found = [];
  if (!cluster.leader) {
    const old = pools?.staleness?.secondsSinceLeader;
    found.push({
      bad: true,
      text:
        'No leader: nothing can be changed, and no origin is probed. Traffic goes on. ' +
        (old === null || old === undefined ? 'This node has not heard from a leader since it started.' : `This node's state is ${span(old)} old.`),
    });
  }
  for (const m of cluster.members) {
    if (m.missing) found.push({ bad: true, text: `Member ${m.id} does not answer: ${m.reason}` });
    if (m.trouble) found.push({ bad: true, text: `Member ${m.id}: ${m.trouble}` });
    if (m.lag > 100) found.push({ bad: false, text: `Member ${m.id} is ${m.lag} log entries behind` });
  }
  if (cluster.change) found.push({ bad: false, text: `A change of the members is under way: ${cluster.change}` });
  return found;
}

function ofOrigins(origins) {
  return Object.entries(origins ?? {}).flatMap(([pool, { origins: all }]) => {
    const down = all.filter((origin) => origin.state === 'down');
    const serving = all.filter((origin) => origin.state === 'up' && origin.weight > 0);
    if (all.length > 0 && serving.length === 0) {
      return [{ bad: true, text: `Pool ${pool}: no origin takes requests (${plural(all.length, 'origin')})` }];
    }
    return down.map((origin) => ({ bad: true, text: `Origin ${origin.id} of pool ${pool} is down: ${origin.reason}` }));
  });
}

function ofEjections(samples) {
  const by = {};
  for (const member of samples?.members ?? []) {
    for (const pool of member.pools ?? []) {
      for (const origin of pool.origins.filter((each) => each.ejected)) {
        (by[`Origin ${origin.id} of pool ${pool.pool}`] ??= []).push(member.member);
      }
    }
  }
  return Object.entries(by).map(([what, members]) => ({
    bad: false,
    text: `${what} is ejected by ${members.join(', ')}: it failed several times in a row on real traffic`,
  }));
}

function ofListeners(listeners) {
  return (listeners?.listeners ?? []).flatMap((listener) =>
    (listener.conditions ?? [])
      .filter((one) => one.state === 'retrying' || one.state === 'not-allowed')
      .map((one) => ({
        bad: true,
        text: `Listener ${listener.name} is not bound on ${one.member}: ${one.reason ?? one.state}`,
      })),
  );
}

function ofCertificates(certificates, now) {
  return (certificates?.certificates ?? []).flatMap((certificate) => {
    const found = [];
    const left = certificate.issued ? (Date.parse(certificate.issued.notAfter) - now) / 1000 : null;
    if (left !== null && left < SOON_SECONDS) {
      found.push({
        bad: true,
        text: `Certificate ${certificate.name} ${left < 0 ? 'has expired' : `expires in ${span(left)}`}`,
      });
    }
    if (certificate.order?.state === 'failed') {
      found.push({ bad: true, text: `Certificate ${certificate.name}: the last order failed: ${certificate.order.error}` });
    }
    for (const one of certificate.conditions ?? []) {
      if (one.state === 'failed') {
        found.push({ bad: true, text: `Certificate ${certificate.name} is not loaded on ${one.member}: ${one.reason}` });
      }
    }
    return found;
  });
}
