/** What is known of the timeline's photos: asked for in portions where it is needed, forgotten where it is not. */

const PORTION = 60; // as the server's
const MAX_PORTIONS = 200;
const REST = 60; // milliseconds without new wishes: nobody wants what is only scrolled past

export class PhotoStore extends EventTarget {
  /** `outline` is what came with the page: months, shapes, and the first portion of photos. */
  constructor(source, outline) {
    super();
    this.source = source;
    this.portions = new Map(); // by the number of its first photo: {photos} or {promise}
    this.indexes = new Map();
    this.wanted = new Set();
    this.#take(outline);
    this.early = outline.photos.length ? outline : null;
  }

  #take({ months, shapes }) {
    this.months = months;
    this.shapes = shapes;
  }

  /** The months with the numbers of their first photos. */
  setMonths(months) {
    this.laid = months;
    if (!this.early) return;
    const month = months.find((other) => other.key === this.early.month);
    this.#keep(month.first + this.early.begin, this.early.photos);
    this.early = null;
  }

  at(index) {
    return this.portions.get(this.#beginOf(index))?.photos?.[index - this.#beginOf(index)] ?? null;
  }

  indexOf(id) {
    return this.indexes.get(id);
  }

  /** Have the photo of this number loaded soon, unless one scrolls on. */
  want(index) {
    this.wanted.add(this.#beginOf(index));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const wanted = [...this.wanted];
      this.wanted.clear();
      // While one scrolls fast, only what was wanted last is still on the screen.
      for (const begin of wanted.slice(-4)) this.load(begin);
    }, REST);
  }

  /** The photo of this number; null beyond the ends. */
  async load(index) {
    if (index < 0 || index >= this.shapes.length) return null;
    const begin = this.#beginOf(index);
    const known = this.portions.get(begin);
    if (!known?.photos) {
      const promise = known?.promise ?? this.#fetch(begin);
      this.portions.set(begin, { promise });
      await promise;
    }
    return this.at(index);
  }

  async idsBetween(one, other) {
    const ends = [this.indexes.get(one), this.indexes.get(other)].sort((a, b) => a - b);
    const ids = [];
    for (let index = ends[0]; index <= ends[1]; index += 1) ids.push((await this.load(index))?.id);
    return ids.filter(Boolean);
  }

  /** Ask again for portions in which thumbnails are missing. */
  forgetUnfinished() {
    for (const [begin, { photos }] of this.portions) {
      if (photos?.some((photo) => !photo.version && !photo.broken)) this.portions.delete(begin);
    }
  }

  /** Ask for the outline anew; all portions are forgotten, for their places may have changed. */
  async refresh() {
    const response = await fetch(this.source);
    if (!response.ok) return;
    this.#take(await response.json());
    this.portions.clear();
    this.indexes.clear();
  }

  #beginOf(index) {
    const month = this.#monthOf(index);
    return month.first + Math.floor((index - month.first) / PORTION) * PORTION;
  }

  #monthOf(index) {
    let low = 0;
    let high = this.laid.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.laid[middle].first <= index) low = middle;
      else high = middle - 1;
    }
    return this.laid[low];
  }

  async #fetch(begin) {
    const month = this.#monthOf(begin);
    const outline = this.laid;
    try {
      const response = await fetch(`${this.source}/${month.key}?begin=${begin - month.first}`);
      if (!response.ok) throw new Error(response.statusText);
      const { photos } = await response.json();
      if (outline === this.laid) this.#keep(begin, photos);
    } catch {
      this.portions.delete(begin); // Asked for again when it is wanted again.
    }
  }

  #keep(begin, photos) {
    this.portions.set(begin, { photos });
    photos.forEach((photo, place) => this.indexes.set(photo.id, begin + place));
    for (const [oldest, { photos: old }] of this.portions) {
      if (this.portions.size <= MAX_PORTIONS) break;
      old?.forEach((photo) => this.indexes.delete(photo.id));
      this.portions.delete(oldest);
    }
    this.dispatchEvent(new CustomEvent("loaded", { detail: { begin, end: begin + photos.length } }));
  }
}
