// Signing in: a token is changed into a session.
import { html, useState } from './lib.js';
import { signIn } from './api.js';
import { begin } from './feeds.js';

export function SignIn({ problem }) {
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState(problem);
  const [busy, setBusy] = useState(false);
  const submit = async (e) => {
    e.preventDefault();
    setBusy(true);
    try {
      await signIn(token.trim());
      setToken('');
      await begin();
    } catch (refused) {
      setFailure(refused);
    } finally {
      setBusy(false);
    }
  };
  return html`<main class="signin">
    <h1>weldr</h1>
    <form onSubmit=${submit}>
      <label>Token
        <input type="password" name="token" autocomplete="current-password" required spellcheck="false"
          value=${token} onInput=${(e) => setToken(e.target.value)} aria-describedby="about-token" />
      </label>
      <p id="about-token" class="note">One that <code>weldrctl tokens create</code> has printed. The browser keeps a session of 12 hours
        at most, and not the token. It ends when the token is removed.</p>
      <button type="submit" class="main" disabled=${busy}>Sign in</button>
      ${failure && html`<p class="note bad" role="alert">${failure.message}</p>`}
    </form>
  </main>`;
}
