/**
 * Requests that are repeated until they succeed.
 *
 * Each step derives what to request from what is wanted now: nothing is queued, so nothing visible can be dropped.
 */

import { Problem } from "./requests.js";

const MAX_REQUESTS = 4; // at a time
const FIRST_PAUSE = 1000; // milliseconds after a failure, doubled after each further one
const MAX_PAUSE = 30_000;
const FAILURES_UNTIL_REPORTED = 2;

/**
 * Subclasses have `wanted` (keys, the most urgent first), `fetch(key, signal)`, `fits(key, answer)`,
 * `keep(key, answer)` and `repeatAt(key, entry)` (when to request what has loaded again).
 *
 * Events: "outdated" (an answer does not fit), "trouble" (`trouble` changed: the kind of the Problem that prevents
 * wanted answers, or empty).
 */
export class Loader extends EventTarget {
  constructor() {
    super();
    this.trouble = "";
    this.entries = new Map(); // by key: {isLoaded, at, failures, due, problem, request, abort}
  }

  /** True while something wanted is loading without a failure. */
  get isLoading() {
    return !this.trouble && this.wanted.some((key) => !this.entries.get(key)?.isLoaded);
  }

  /** Retry failed requests now. */
  wake() {
    for (const entry of this.entries.values()) Object.assign(entry, { due: 0, failures: 0 });
    this.isLoggedOut = false;
    this.later(0);
  }

  /** Forget all answers, and abort the running requests. */
  reset() {
    for (const { abort } of this.entries.values()) abort?.abort();
    this.entries = new Map();
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#work(), delay);
  }

  /** Start as many requests as allowed, the most urgent first, and run again when the next is due. */
  #work() {
    this.moving = null;
    const now = performance.now();
    const { wanted } = this;
    for (const [key, { abort }] of this.entries) if (abort && !wanted.includes(key)) abort.abort();
    this.#reportTrouble(wanted);
    if (this.isLoggedOut) return;
    const running = () => [...this.entries.values()].filter(({ request }) => request).length;
    let next = Infinity;
    for (const key of wanted) {
      const due = this.#dueAt(key);
      if (due > now) next = Math.min(next, due);
      else if (running() < MAX_REQUESTS) this.request(key, new AbortController()).catch(rethrowUnexpected);
    }
    if (next < Infinity) this.later(next - now);
  }

  /** Return when to request a key: Infinity while it is loading or complete. */
  #dueAt(key) {
    const entry = this.entries.get(key);
    if (!entry) return 0;
    if (entry.request) return Infinity;
    return entry.isLoaded ? this.repeatAt(key, entry) : entry.due;
  }

  /** Send a request, or wait for the running one. With `abort` the request ends once it is no longer wanted. */
  request(key, abort = null) {
    const entry = this.entries.get(key) ?? { isLoaded: false, at: 0, failures: 0, due: 0 };
    this.entries.set(key, entry);
    if (entry.request) {
      if (!abort) entry.abort = null; // A caller waits for it now, wanted or not.
      return entry.request;
    }
    entry.abort = abort;
    entry.request = this.#receive(key, entry, abort?.signal).finally(() => {
      entry.request = entry.abort = null;
      this.later(0);
    });
    return entry.request;
  }

  async #receive(key, entry, signal) {
    try {
      const answer = await this.fetch(key, signal);
      if (this.entries.get(key) !== entry) throw new Problem("outdated");
      if (!this.fits(key, answer)) {
        this.dispatchEvent(new Event("outdated"));
        throw new Problem("outdated");
      }
      this.loaded(key, answer);
    } catch (error) {
      if (signal?.aborted) throw error;
      entry.problem = error.kind;
      entry.failures += 1;
      entry.due = performance.now() + pauseAfter(entry.failures);
      if (error.kind === "login") this.isLoggedOut = true;
      throw error;
    }
  }

  loaded(key, answer) {
    // Reinsert the entry, so that it is forgotten last.
    const entry = this.entries.get(key) ?? {};
    this.entries.delete(key);
    this.entries.set(key, Object.assign(entry, { isLoaded: true, at: performance.now(), failures: 0, due: 0 }));
    this.keep(key, answer);
  }

  #reportTrouble(wanted) {
    const failing = wanted.map((key) => this.entries.get(key)).filter((entry) => entry?.failures);
    const reported = failing.find(({ failures, problem }) => failures >= FAILURES_UNTIL_REPORTED && problem !== "outdated");
    const trouble = this.isLoggedOut ? "login" : reported?.problem ?? "";
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.dispatchEvent(new Event("trouble"));
  }
}

/** Failed requests are repeated; unwanted requests are aborted. */
function rethrowUnexpected(error) {
  if (!(error instanceof Problem) && error.name !== "AbortError") throw error;
}

/** Return the milliseconds until a retry, varied so that many browsers do not retry at the same time. */
function pauseAfter(failures) {
  return Math.min(MAX_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)) * (0.75 + Math.random() / 4);
}
