/**
 * A picture on a stage: fits, zooms and moves. Gestures of the pointer are in gestures.js.
 *
 * Long pictures open at the width of the stage (panoramas at its height), from their beginning, and are scrolled. The
 * scale 1 shows a whole picture; `opened` is the scale at which it opens.
 */

const MAX_SCALE = 8;
const MAX_ENLARGEMENT = 2; // of small pictures, in times their own size
const CLOSE_UP = 2.5; // scale after a double click
const LONG_RATIO = 2.5; // of the longer side to the shorter
const READABLE_SIDE = 640; // pixels, for the shorter side of long pictures
const LINE_HEIGHT = 30; // pixels, of a line that is shown as a match
const MATCH_SHARE = 0.9; // of the stage that a match may fill

export class Zoom {
  /** Zoom `picture` in `stage`. Calls `zoomed(scale)`, relative to the scale at which it opens, when the scale changes. */
  constructor(stage, picture, { zoomed }) {
    Object.assign(this, { stage, picture, zoomed });
    this.size = [1, 1];
    this.fit(...this.size);
    new ResizeObserver(() => this.#refit()).observe(stage);
  }

  /** Show a picture of this size: as large as possible, or if it is long, its beginning. */
  fit(width, height) {
    this.size = [width, height];
    const room = this.#room();
    const scale = Math.min(room[0] / width, room[1] / height, MAX_ENLARGEMENT);
    this.fitted = [width * scale, height * scale];
    this.longAxis = [0, 1].find((axis) => this.size[axis] > LONG_RATIO * this.size[1 - axis]) ?? null;
    this.opened = this.#openedScale(room);
    this.picture.style.inlineSize = `${this.fitted[0]}px`;
    this.picture.style.blockSize = `${this.fitted[1]}px`;
    this.reset();
  }

  /** Show the picture as it opened. */
  reset() {
    this.scale = this.opened;
    this.offset = [0, 1].map((axis) => (axis === this.longAxis ? Infinity : 0));
    this.apply();
  }

  /** True if the picture is shown at the scale at which it opened. */
  get rests() {
    return Math.abs(this.scale / this.opened - 1) < 0.01;
  }

  /** Zoom to `scale` around the point (x, y) of the screen. */
  zoomTo(scale, x, y) {
    const box = this.stage.getBoundingClientRect();
    const point = [(x ?? box.x + box.width / 2) - box.x - box.width / 2, (y ?? box.y + box.height / 2) - box.y - box.height / 2];
    const next = Math.min(MAX_SCALE * this.opened, Math.max(1, scale));
    this.offset = this.offset.map((offset, axis) => point[axis] - (point[axis] - offset) * (next / this.scale));
    this.scale = next;
    this.apply();
    this.zoomed(this.scale / this.opened);
  }

  /** Zoom in, or back. */
  toggle(x, y) {
    this.zoomTo(this.rests ? CLOSE_UP * this.opened : this.opened, x, y);
  }

  /** Zoom and move so that words are readable, as far as the picture allows. Sides are shares of the picture. */
  showWords({ left, top, right, bottom }) {
    const room = this.#room();
    const size = [right - left, bottom - top].map((share, axis) => share * this.fitted[axis]);
    const fitting = Math.min(MATCH_SHARE * room[0] / size[0], MATCH_SHARE * room[1] / size[1]);
    const readable = Math.max(this.scale, LINE_HEIGHT / Math.min(...size));
    this.scale = Math.min(MAX_SCALE * this.opened, Math.max(this.opened, Math.min(readable, fitting)));
    const middle = [(left + right) / 2, (top + bottom) / 2];
    this.offset = middle.map((share, axis) => (0.5 - share) * this.fitted[axis] * this.scale);
    this.apply();
    this.zoomed(this.scale / this.opened);
  }

  /** Move the picture, as far as it is larger than the stage. Return whether it moved. */
  moveBy(x, y) {
    const before = [...this.offset];
    this.offset = [before[0] + x, before[1] + y];
    this.apply();
    return this.offset.some((offset, axis) => Math.abs(offset - before[axis]) > 0.5);
  }

  /** Scroll a long picture by a share of the stage. Return whether it moved. */
  scrollBy(share) {
    if (this.longAxis === null) return false;
    const way = -share * this.#room()[this.longAxis];
    return this.longAxis ? this.moveBy(0, way) : this.moveBy(way, 0);
  }

  /** Return whether the picture can move by `way` pixels' direction along `axis`. */
  canMove(axis, way) {
    const most = this.#most(axis);
    return way > 0 ? this.offset[axis] < most - 1 : this.offset[axis] > 1 - most;
  }

  /** Place the picture, moved by the `pulled` pixels of a swipe. */
  apply(pulled = [0, 0]) {
    this.offset = this.offset.map((offset, axis) => {
      const most = this.#most(axis);
      return Math.min(most, Math.max(-most, offset));
    });
    const [x, y] = this.offset.map((offset, axis) => offset + pulled[axis]);
    this.picture.style.transform = `translate(${x}px, ${y}px) scale(${this.scale})`;
    this.stage.classList.toggle("is-zoomed", this.scale > 1);
  }

  /** Return how far the picture can move along `axis` from the middle. */
  #most(axis) {
    return Math.max(0, (this.fitted[axis] * this.scale - this.#room()[axis]) / 2);
  }

  #openedScale(room) {
    if (this.longAxis === null) return 1;
    const side = 1 - this.longAxis;
    const length = Math.min(room[side], Math.max(this.size[side], READABLE_SIDE), MAX_ENLARGEMENT * this.size[side]);
    return Math.max(1, length / this.fitted[side]);
  }

  /** Fit again after the stage changed its size, and stay at the same place of a long picture. */
  #refit() {
    const shares = this.offset.map((offset, axis) => offset / (this.fitted[axis] * this.scale));
    this.fit(...this.size);
    if (this.longAxis === null) return;
    this.offset = shares.map((share, axis) => share * this.fitted[axis] * this.scale);
    this.apply();
  }

  /** Return the width and height of the stage without its padding, which toolbars cover. */
  #room() {
    const { paddingTop, paddingBottom } = getComputedStyle(this.stage);
    return [this.stage.clientWidth, this.stage.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom)];
  }
}
