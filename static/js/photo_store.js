/**
 * The loaded photos of the timeline.
 *
 * Each step derives the portions to request from the visible range: nothing is queued, so nothing visible can be
 * dropped. Photos are shown only if the months of the answer have the counts of the outline.
 */

import { fetchJson, Problem } from "./requests.js";

const PORTION = 60; // photos, as the server's
const MAX_REQUESTS = 4; // at a time
const MAX_KEPT = 200; // portions
const SCROLL_PAUSE = 60; // milliseconds without scrolling until photos are requested …
const MAX_SCROLL = 250; // … or milliseconds of scrolling without a pause
const THUMBNAIL_PAUSE = 4000; // milliseconds until portions with missing thumbnails are requested again
const FIRST_PAUSE = 1000; // milliseconds after a failure, doubled after each further one
const MAX_PAUSE = 30_000;
const FAILURES_UNTIL_REPORTED = 2;

/**
 * Events: "loaded" (photos arrived), "outdated" (the outline differs from the server's), "trouble" (`trouble` changed:
 * the kind of the Problem that prevents visible photos from loading, or empty).
 */
export class PhotoStore extends EventTarget {
  /**
   * `outline` comes with the page: months, shapes, the newest photo, and possibly the first portion.
   * `scope` is the query string of a part of the photos, such as "?album=5".
   */
  constructor(source, outline, scope = "") {
    super();
    this.source = source;
    this.scope = scope;
    this.range = { first: 0, last: -1, middle: 0 };
    this.trouble = "";
    this.#take(outline);
    if (outline.portion && this.#fits(0, outline.portion)) this.#keep(0, outline.portion.photos);
  }

  #take({ months, shapes, newest }) {
    let first = 0;
    this.months = months.map(([key, count, days]) => ({ key, count, days, first: (first += count) - count }));
    this.shapes = shapes;
    this.newest = newest;
    this.photos = new Map(); // by their place in the timeline
    this.indexes = new Map(); // their places by their ids
    this.portions = new Map(); // by the place of the first photo: {isLoaded, at, failures, due, request, abort}
  }

  at(index) {
    return this.photos.get(index) ?? null;
  }

  indexOf(id) {
    return this.indexes.get(id);
  }

  /** Photos from place `first` to `last` are now on or near the screen; those around `middle` are the most urgent. */
  show(range) {
    this.range = range;
    const now = performance.now();
    this.moving ??= now;
    this.#later(now - this.moving < MAX_SCROLL ? SCROLL_PAUSE : 0);
  }

  /** True while visible photos are loading without a failure. */
  get isLoading() {
    return !this.trouble && this.#shownPortions().some((begin) => !this.portions.get(begin)?.isLoaded);
  }

  /** Return the photo at this place; null beyond the ends. Rejects with a Problem. */
  async load(index) {
    if (index < 0 || index >= this.shapes.length) return null;
    if (!this.photos.has(index)) await this.#request(beginOf(index));
    return this.at(index);
  }

  /** Photos have been rated: remember their stars. */
  rate(ids, stars) {
    for (const photo of ids.map((id) => this.at(this.indexOf(id)))) if (photo) photo.stars = stars;
  }

  /** Request the portion of this place again, keeping its photos until the answer arrives. */
  recheck(index) {
    const portion = this.portions.get(beginOf(index));
    if (portion) portion.isLoaded = false;
    this.#later(0);
  }

  /** Retry failed requests now. */
  wake() {
    for (const portion of this.portions.values()) Object.assign(portion, { due: 0, failures: 0 });
    this.isLoggedOut = false;
    this.#later(0);
  }

  /** Load a new outline; return whether places have changed. Verifies all portions again. Rejects with a Problem. */
  async refresh() {
    const outline = await fetchJson(this.source + this.scope);
    const before = { ...this };
    for (const { abort } of this.portions.values()) abort?.abort();
    this.#take(outline);
    const isSame = before.shapes === this.shapes && JSON.stringify(before.months) === JSON.stringify(this.months);
    this.#carryOver(before);
    this.#later(0);
    return !isSame;
  }

  /** Keep showing the photos of unchanged months. */
  #carryOver({ months, shapes, photos, range }) {
    const known = new Map(months.map((month) => [month.key, month]));
    for (const { key, count, first } of this.months) {
      const old = known.get(key);
      if (old?.count !== count) continue;
      if (shapes.slice(old.first, old.first + count) !== this.shapes.slice(first, first + count)) continue;
      const end = Math.min(old.first + count - 1, range.last);
      for (let index = Math.max(old.first, range.first); index <= end; index += 1) {
        if (photos.has(index)) this.#put(first + index - old.first, photos.get(index));
      }
    }
  }

  #later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#work(), delay);
  }

  /** Start as many requests as allowed, the most urgent first, and run again when the next is due. */
  #work() {
    this.moving = null;
    const now = performance.now();
    const shown = this.#shownPortions();
    for (const [begin, { abort }] of this.portions) if (abort && !shown.includes(begin)) abort.abort();
    this.#reportTrouble(shown);
    if (this.isLoggedOut) return;
    const running = () => [...this.portions.values()].filter(({ request }) => request).length;
    let next = Infinity;
    for (const begin of shown) {
      const due = this.#dueAt(begin);
      if (due > now) next = Math.min(next, due);
      else if (running() < MAX_REQUESTS) this.#request(begin, new AbortController()).catch(rethrowUnexpected);
    }
    if (next < Infinity) this.#later(next - now);
  }

  /** Return the portions with visible photos, the most urgent first. */
  #shownPortions() {
    const { first, last, middle } = this.range;
    const begins = [];
    for (let begin = beginOf(Math.max(0, first)); begin <= Math.min(last, this.shapes.length - 1); begin += PORTION) begins.push(begin);
    const distance = (begin) => Math.max(begin - middle, middle - begin - PORTION + 1, 0);
    return begins.sort((one, other) => distance(one) - distance(other));
  }

  /** Return when to request a portion: Infinity while it is loading or complete. */
  #dueAt(begin) {
    const portion = this.portions.get(begin);
    if (!portion) return 0;
    if (portion.request) return Infinity;
    if (!portion.isLoaded) return portion.due;
    return this.#isUnfinished(begin) ? Math.max(portion.due, portion.at + THUMBNAIL_PAUSE) : Infinity;
  }

  #isUnfinished(begin) {
    for (let index = begin; index < begin + PORTION; index += 1) {
      const photo = this.photos.get(index);
      if (photo && (!photo.version || photo.turn) && !photo.broken) return true;
    }
    return false;
  }

  /** Request a portion, or wait for the running request. With `abort` the request ends once it is out of sight. */
  #request(begin, abort = null) {
    const portion = this.portions.get(begin) ?? { isLoaded: false, at: 0, failures: 0, due: 0 };
    this.portions.set(begin, portion);
    if (portion.request) {
      if (!abort) portion.abort = null; // A caller waits for it now, in sight or not.
      return portion.request;
    }
    portion.abort = abort;
    portion.request = this.#receive(begin, portion, abort?.signal).finally(() => {
      portion.request = portion.abort = null;
      this.#later(0);
    });
    return portion.request;
  }

  async #receive(begin, portion, signal) {
    const month = this.months.findLast(({ first }) => first <= begin);
    const query = new URLSearchParams(this.scope);
    query.set("begin", begin - month.first);
    query.set("newest", this.newest);
    try {
      const answer = await fetchJson(`${this.source}/${month.key}?${query}`, { signal });
      if (this.portions.get(begin) !== portion) throw new Problem("outdated");
      if (!this.#fits(begin, answer)) {
        this.dispatchEvent(new Event("outdated"));
        throw new Problem("outdated");
      }
      this.#keep(begin, answer.photos);
    } catch (error) {
      if (signal?.aborted) throw error;
      portion.problem = error.kind;
      portion.failures += 1;
      portion.due = performance.now() + pauseAfter(portion.failures);
      if (error.kind === "login") this.isLoggedOut = true;
      throw error;
    }
  }

  /** Return whether the answer agrees with the outline. */
  #fits(begin, { months, photos }) {
    const end = Math.min(begin + PORTION, this.shapes.length);
    const expected = this.months.filter(({ first, count }) => first < end && first + count > begin);
    return photos.length === end - begin
      && JSON.stringify(months) === JSON.stringify(expected.map(({ key, count }) => [key, count]));
  }

  #keep(begin, photos) {
    // Reinsert the portion, so that it is forgotten last.
    const portion = this.portions.get(begin) ?? {};
    this.portions.delete(begin);
    this.portions.set(begin, Object.assign(portion, { isLoaded: true, at: performance.now(), failures: 0, due: 0 }));
    photos.forEach((photo, place) => this.#put(begin + place, { ...photo, query: this.scope }));
    this.#forgetSome();
    this.dispatchEvent(new Event("loaded"));
  }

  #put(index, photo) {
    this.#drop(index);
    this.photos.set(index, photo);
    this.indexes.set(photo.id, index);
  }

  #drop(index) {
    const photo = this.photos.get(index);
    if (photo && this.indexes.get(photo.id) === index) this.indexes.delete(photo.id);
    this.photos.delete(index);
  }

  /** Limit the memory: forget portions that are not visible. */
  #forgetSome() {
    const shown = this.#shownPortions();
    for (const [begin, { request }] of this.portions) {
      if (this.portions.size <= MAX_KEPT) return;
      if (request || shown.includes(begin)) continue;
      for (let index = begin; index < begin + PORTION; index += 1) this.#drop(index);
      this.portions.delete(begin);
    }
  }

  #reportTrouble(shown) {
    const failing = shown.map((begin) => this.portions.get(begin)).filter((portion) => portion?.failures);
    const reported = failing.find(({ failures, problem }) => failures >= FAILURES_UNTIL_REPORTED && problem !== "outdated");
    const trouble = this.isLoggedOut ? "login" : reported?.problem ?? "";
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.dispatchEvent(new Event("trouble"));
  }
}

function beginOf(index) {
  return Math.floor(index / PORTION) * PORTION;
}

/** Failed requests are repeated; requests out of sight are aborted. */
function rethrowUnexpected(error) {
  if (!(error instanceof Problem) && error.name !== "AbortError") throw error;
}

/** Return the milliseconds until a retry, varied so that many browsers do not retry at the same time. */
function pauseAfter(failures) {
  return Math.min(MAX_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)) * (0.75 + Math.random() / 4);
}
