/** Keeping the timeline up to date: new outlines after photos were added or removed, here or elsewhere. */

import { Problem } from "./requests.js";

const PAUSE = 250; // milliseconds from a change until the outline is requested …
const MAX_PAUSE = 30_000; // … at most, after failures
const STEADY = 10_000; // milliseconds after which a change is independent of the previous one

export class Refresher {
  /** `place()` returns the anchor to keep, or null; `change(anchor)` shows the changed timeline there. */
  constructor(store, { place, change }) {
    Object.assign(this, { store, place, change });
    this.running = null;
    this.changes = 0;
    this.failures = 0;
    this.endPause = () => {};
    this.outdatedAt = -Infinity;
    this.outdatedPause = 0;
    this.outdatedTimer = 0;
  }

  /** True while a new outline is on its way. */
  get isChanging() {
    return this.running !== null && !this.failures;
  }

  /** Photos were added or removed, often many in a row: load a new outline, and keep the position. */
  refreshSoon() {
    this.changes += 1;
    this.running ??= this.#refresh().finally(() => { this.running = null; });
  }

  /** The same, without waiting longer after failures. */
  refreshAtOnce() {
    this.refreshSoon();
    if (this.failures) this.endPause();
  }

  async #refresh() {
    for (let seen = -1; seen !== this.changes;) {
      await new Promise((done) => {
        this.endPause = done;
        setTimeout(done, Math.min(MAX_PAUSE, PAUSE * 2 ** this.failures));
      });
      seen = this.changes;
      try {
        if (await this.store.refresh(this.place())) this.change(this.place());
        this.failures = 0;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        this.failures += 1;
        // Requests fail until the login; other failures are retried.
        if (error.kind !== "login") seen = -1;
      }
    }
  }

  /** Places have changed. If that continues, as while a program deletes photos, requests become less frequent. */
  refreshOutdated() {
    if (this.outdatedTimer) return;
    const now = performance.now();
    this.outdatedPause = now - this.outdatedAt < STEADY ? Math.min(MAX_PAUSE, 2 * this.outdatedPause + PAUSE) : 0;
    this.outdatedAt = now + this.outdatedPause;
    this.outdatedTimer = setTimeout(() => {
      this.outdatedTimer = 0;
      this.refreshSoon();
    }, this.outdatedPause);
  }
}
