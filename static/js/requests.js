/** GET requests that return the answer or throw a Problem with the kind of failure. */

const TIMEOUT = 20_000; // milliseconds

export class Problem extends Error {
  /** `kind`: "login" (logged out), "offline" (no answer), "gone" (not found), "server" (any other failure). */
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/** Return whether `url` is the login page, to which the server redirects requests without a session. */
export function isLoginPage(url) {
  return new URL(url, location.href).pathname === document.body.dataset.login;
}

/** Return the address of the login page that leads back to this page. */
export function loginAddress() {
  return `${document.body.dataset.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
}

async function receive(url, headers, signal) {
  const response = await fetch(url, { headers, signal });
  if (isLoginPage(response.url) || [401, 403].includes(response.status)) throw new Problem("login");
  if ([404, 410].includes(response.status)) throw new Problem("gone");
  if (!response.ok) throw new Problem("server");
  return response.text();
}

/** Return the text at `url`. Rejects with a Problem, or with an AbortError once `signal` is aborted. */
export async function fetchText(url, { headers = {}, signal = null } = {}) {
  const timeout = AbortSignal.timeout(TIMEOUT);
  try {
    return await receive(url, headers, signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch (error) {
    if (signal?.aborted || error instanceof Problem) throw error;
    throw new Problem("offline");
  }
}

export async function fetchJson(url, options) {
  const text = await fetchText(url, options);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("server"); // A gateway answered instead of the server.
  }
}

/** Call `wake` when a failed request is likely to succeed: the connection or the user is back. */
export function onReturn(wake) {
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  document.addEventListener("visibilitychange", () => document.hidden || wake());
}
