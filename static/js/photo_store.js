/** The loaded parts of the timeline: shapes in sections, and photos in portions. Answers must agree with the outline. */

import { Loader } from "./loader.js";
import { fetchJson } from "./requests.js";
import { Sections } from "./sections.js";

const PORTION = 60; // photos, as the server's
const MAX_KEPT = 200; // portions
const SCROLL_PAUSE = 60; // milliseconds without scrolling until photos are requested …
const MAX_SCROLL = 250; // … or milliseconds of scrolling without a pause
const THUMBNAIL_PAUSE = 4000; // milliseconds until portions with missing thumbnails are requested again

/** Event "loaded": shapes or photos arrived. The keys of requests are sections, and the first places of portions. */
export class PhotoStore extends Loader {
  /**
   * `outline` comes with the page: months, the newest photo, some shapes, and possibly the first portion.
   * `scope` is the query string of a part of the photos, such as "?album=5".
   */
  constructor(source, outline, scope = "") {
    super();
    Object.assign(this, { source, scope, range: { first: 0, last: -1, middle: 0, sections: [] } });
    this.#take(outline);
    this.sections = new Sections(outline.months);
    this.#takeShapes(outline);
    if (outline.portion && this.fits(0, outline.portion)) this.loaded(0, outline.portion);
  }

  #take({ months, newest }) {
    this.outlined = JSON.stringify(months);
    this.newest = newest;
    this.photos = new Map(); // by their place in the timeline
    this.indexes = new Map(); // their places by their ids
    this.reset();
  }

  #takeShapes(answer) {
    if (this.sections.fit(answer.begin, answer)) this.sections.take(answer.begin, answer);
  }

  at(index) {
    return this.photos.get(index) ?? null;
  }

  indexOf(id) {
    return this.indexes.get(id);
  }

  /**
   * Photos from place `first` to `last` are now on or near the screen; those around `middle` are the most urgent.
   * `sections` are needed soon.
   */
  show(range) {
    this.range = range;
    const now = performance.now();
    this.moving ??= now;
    this.later(now - this.moving < MAX_SCROLL ? SCROLL_PAUSE : 0);
  }

  /** Return the photo at this place; null beyond the ends. Rejects with a Problem. */
  async load(index) {
    if (index < 0 || index >= this.sections.count) return null;
    if (!this.photos.has(index)) await this.request(beginOf(index));
    return this.at(index);
  }

  /** Photos have been rated: remember their stars. */
  rate(ids, stars) {
    for (const photo of ids.map((id) => this.at(this.indexOf(id)))) if (photo) photo.stars = stars;
  }

  /** Request the portion of this place again, keeping its photos until the answer arrives. */
  recheck(index) {
    const portion = this.entries.get(beginOf(index));
    if (portion) portion.isLoaded = false;
    this.later(0);
  }

  /**
   * Load a new outline, with the shapes around a place `at`; return whether the days have changed.
   * Verifies all parts again. Rejects with a Problem.
   */
  async refresh(at) {
    const query = new URLSearchParams(this.scope);
    if (at) {
      query.set("month", at.month);
      query.set("place", at.place);
    }
    const outline = await fetchJson(`${this.source}?${query}`);
    const before = { ...this };
    this.#take(outline);
    const isSame = before.outlined === this.outlined;
    if (isSame) {
      for (const section of this.sections.list) section.isFresh = false;
    } else {
      this.sections = new Sections(outline.months);
      this.sections.carryOver(before.sections);
      this.range = { ...this.range, sections: [] };
    }
    this.#takeShapes(outline);
    this.#carryOver(before);
    this.later(0);
    if (isSame) this.dispatchEvent(new Event("loaded"));
    return !isSame;
  }

  /** Keep showing the photos of unchanged months. */
  #carryOver({ sections, photos, range }) {
    const known = new Map(sections.months.map((month) => [month.key, month]));
    for (const { key, count, first } of this.sections.months) {
      const old = known.get(key);
      if (old?.count !== count) continue;
      const end = Math.min(old.first + count - 1, range.last);
      for (let index = Math.max(old.first, range.first); index <= end; index += 1) {
        if (photos.has(index)) this.#put(first + index - old.first, photos.get(index));
      }
    }
  }

  /** The sections without current shapes, and the portions with visible photos, the most urgent first. */
  get wanted() {
    const { first, last, middle, sections } = this.range;
    const begins = [];
    for (let begin = beginOf(Math.max(0, first)); begin <= Math.min(last, this.sections.count - 1); begin += PORTION) begins.push(begin);
    const distance = (begin) => Math.max(begin - middle, middle - begin - PORTION + 1, 0);
    begins.sort((one, other) => distance(one) - distance(other));
    return [...sections.filter(({ isFresh }) => !isFresh), ...begins];
  }

  repeatAt(key, { at, due }) {
    return this.#isUnfinished(key) ? Math.max(due, at + THUMBNAIL_PAUSE) : Infinity;
  }

  #isUnfinished(begin) {
    for (let index = begin; index < begin + PORTION; index += 1) {
      const photo = this.photos.get(index);
      if (photo && (!photo.version || photo.turn) && !photo.broken) return true;
    }
    return false;
  }

  fetch(key, signal) {
    const query = new URLSearchParams(this.scope);
    query.set("newest", this.newest);
    if (typeof key === "object") {
      query.set("begin", key.begin);
      query.set("size", key.count);
      return fetchJson(`${this.source}/${key.month.key}/shapes?${query}`, { signal });
    }
    const month = this.sections.monthOf(key);
    query.set("begin", key - month.first);
    return fetchJson(`${this.source}/${month.key}?${query}`, { signal });
  }

  /** Return whether the answer agrees with the outline. */
  fits(key, answer) {
    if (typeof key === "object") return answer.shapes.length === key.count && this.sections.fit(key.first, answer);
    const end = Math.min(key + PORTION, this.sections.count);
    const expected = this.sections.months.filter(({ first, count }) => first < end && first + count > key);
    return answer.photos.length === end - key
      && JSON.stringify(answer.months) === JSON.stringify(expected.map(({ key: month, count }) => [month, count]));
  }

  keep(key, answer) {
    if (typeof key === "object") {
      this.sections.take(key.first, answer);
      this.sections.forgetSome(this.range.sections);
      this.entries.delete(key); // `isFresh` says more.
    } else {
      answer.photos.forEach((photo, place) => this.#put(key + place, { ...photo, query: this.scope }));
      this.#forgetSome();
    }
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
    const { wanted } = this;
    for (const [begin, { request }] of this.entries) {
      if (this.entries.size <= MAX_KEPT) return;
      if (typeof begin === "object" || request || wanted.includes(begin)) continue;
      for (let index = begin; index < begin + PORTION; index += 1) this.#drop(index);
      this.entries.delete(begin);
    }
  }
}

function beginOf(index) {
  return Math.floor(index / PORTION) * PORTION;
}
