/**
 * The photos of the timeline that are known.
 *
 * Each step derives the portions to request from the visible range: nothing is queued, so nothing visible can be
 * dropped. Photos are shown only if the months of the answer have the counts of the outline.
 */

import { askForJson, Problem } from "./asking.js";

const PORTION = 60; // photos, as the server's
const AT_ONCE = 4; // requests
const MAX_KEPT = 200; // portions
const REST = 60; // milliseconds without scrolling, after which photos are requested …
const LONGEST_SCROLL = 250; // … or while scrolling
const UNTIL_LOOKING_AGAIN = 4000; // milliseconds, if thumbnails are missing
const FIRST_PAUSE = 1000; // milliseconds after a failure, doubled after each further one
const LONGEST_PAUSE = 30_000;
const FAILURES_UNTIL_TOLD = 2;

/**
 * Events: "loaded" (photos came), "outdated" (the outline is not that of the server any more), "trouble" (`trouble`
 * changed: the kind of the Problem that keeps visible photos away, or empty).
 */
export class PhotoStore extends EventTarget {
  /** `outline` comes with the page: months, shapes, the newest photo, and possibly the first portion. */
  constructor(source, outline) {
    super();
    this.source = source;
    this.range = { first: 0, last: -1, middle: 0 };
    this.trouble = "";
    this.#take(outline);
    if (outline.portion && this.#fits(0, outline.portion)) this.#keep(0, outline.portion.photos);
  }

  #take({ months, shapes, newest }) {
    let first = 0;
    this.months = months.map(([key, count]) => ({ key, count, first: (first += count) - count }));
    this.shapes = shapes;
    this.newest = newest;
    this.photos = new Map(); // by their place in the timeline
    this.indexes = new Map(); // their places by their numbers
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
    this.#later(now - this.moving < LONGEST_SCROLL ? REST : 0);
  }

  /** Whether visible photos are still loading, without a failure. */
  get isLoading() {
    return !this.trouble && this.#shownPortions().some((begin) => !this.portions.get(begin)?.isLoaded);
  }

  /** The photo at this place; null beyond the ends. Rejects with a Problem. */
  async load(index) {
    if (index < 0 || index >= this.shapes.length) return null;
    if (!this.photos.has(index)) await this.#request(beginOf(index));
    return this.at(index);
  }

  /** The numbers of the photos from place `first` to `last`. Rejects with a Problem. */
  async idsBetween(first, last) {
    const ids = [];
    for (let index = first; index <= last; index += 1) ids.push((await this.load(index))?.id);
    return ids.filter(Boolean);
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
    const outline = await askForJson(this.source);
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
    this.#tellTrouble(shown);
    if (this.isLoggedOut) return;
    const running = () => [...this.portions.values()].filter(({ request }) => request).length;
    let next = Infinity;
    for (const begin of shown) {
      const due = this.#dueAt(begin);
      if (due > now) next = Math.min(next, due);
      else if (running() < AT_ONCE) this.#request(begin, new AbortController()).catch(unlessExpected);
    }
    if (next < Infinity) this.#later(next - now);
  }

  /** The portions with visible photos, the most urgent first. */
  #shownPortions() {
    const { first, last, middle } = this.range;
    const begins = [];
    for (let begin = beginOf(Math.max(0, first)); begin <= Math.min(last, this.shapes.length - 1); begin += PORTION) begins.push(begin);
    const distance = (begin) => Math.max(begin - middle, middle - begin - PORTION + 1, 0);
    return begins.sort((one, other) => distance(one) - distance(other));
  }

  /** When to request a portion: never while it is loading or already complete. */
  #dueAt(begin) {
    const portion = this.portions.get(begin);
    if (!portion) return 0;
    if (portion.request) return Infinity;
    if (!portion.isLoaded) return portion.due;
    return this.#isUnfinished(begin) ? Math.max(portion.due, portion.at + UNTIL_LOOKING_AGAIN) : Infinity;
  }

  #isUnfinished(begin) {
    for (let index = begin; index < begin + PORTION; index += 1) {
      const photo = this.photos.get(index);
      if (photo && !photo.version && !photo.broken) return true;
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
    const query = new URLSearchParams({ begin: begin - month.first, newest: this.newest });
    try {
      const answer = await askForJson(`${this.source}/${month.key}?${query}`, { signal });
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

  /** Whether the answer's photos have their places in the outline. */
  #fits(begin, { months, photos }) {
    const end = Math.min(begin + PORTION, this.shapes.length);
    const expected = this.months.filter(({ first, count }) => first < end && first + count > begin);
    return photos.length === end - begin
      && JSON.stringify(months) === JSON.stringify(expected.map(({ key, count }) => [key, count]));
  }

  #keep(begin, photos) {
    // The latest portion is forgotten last.
    const portion = this.portions.get(begin) ?? {};
    this.portions.delete(begin);
    this.portions.set(begin, Object.assign(portion, { isLoaded: true, at: performance.now(), failures: 0, due: 0 }));
    photos.forEach((photo, place) => this.#put(begin + place, photo));
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

  /** Keep memory bounded; what is shown stays. */
  #forgetSome() {
    const shown = this.#shownPortions();
    for (const [begin, { request }] of this.portions) {
      if (this.portions.size <= MAX_KEPT) return;
      if (request || shown.includes(begin)) continue;
      for (let index = begin; index < begin + PORTION; index += 1) this.#drop(index);
      this.portions.delete(begin);
    }
  }

  #tellTrouble(shown) {
    const failing = shown.map((begin) => this.portions.get(begin)).filter((portion) => portion?.failures);
    const told = failing.find(({ failures, problem }) => failures >= FAILURES_UNTIL_TOLD && problem !== "outdated");
    const trouble = this.isLoggedOut ? "login" : told?.problem ?? "";
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.dispatchEvent(new Event("trouble"));
  }
}

function beginOf(index) {
  return Math.floor(index / PORTION) * PORTION;
}

/** Failed requests are repeated; requests out of sight are aborted. */
function unlessExpected(error) {
  if (!(error instanceof Problem) && error.name !== "AbortError") throw error;
}

/** Milliseconds until a failed request is repeated; varied, so that many browsers do not come back at once. */
function pauseAfter(failures) {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)) * (0.75 + Math.random() / 4);
}
