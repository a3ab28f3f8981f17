// Requests to the API of the node that served this page, and to nobody else.

const TIMEOUT_MILLIS = 10_000;

/** An answer that is no success (RFC 9457), or no answer at all: then the status is 0. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `status ${status}`);
    this.status = status;
    this.type = (body.type ?? '').replace('urn:weldr:problem:', '');
  }
}

export const get = (path) => request('GET', path);

/**
 * Asks for a change.
 *
 * @param change `{method, path, body, reason, key}`; `key` makes it safe to send the same change again
 */
export const send = ({ method, path, body, reason, key }) =>
  request(method, path, {
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: {
      'Weldr-Session': '1',
      ...(reason ? { 'Weldr-Reason': utf8(reason) } : {}),
      ...(key ? { 'Idempotency-Key': key } : {}),
    },
  });

/** Changes a token into a session, which the browser keeps and no script can read. */
export const signIn = (token) =>
  request('POST', '/ui/session', { headers: { 'Weldr-Session': '1', Authorization: `Bearer ${token}` } });

export const signOut = () => send({ method: 'DELETE', path: '/ui/session' });

async function request(method, path, { body, headers = {} } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      body,
      headers: { Accept: 'application/json', ...headers },
      redirect: 'error',
      // A browser lets equal requests wait for each other at its cache, even those of a page that has been left.
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    });
  } catch (e) {
    throw new Problem(0, { detail: e.name === 'TimeoutError' ? 'no answer in 10 s' : 'the node does not answer' });
  }
  const text = await response.text();
  const answer = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {};
  if (!response.ok) {
    throw new Problem(response.status, answer);
  }
  return answer;
}

/** Browsers take bytes for field values, and the API takes UTF-8. */
function utf8(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
