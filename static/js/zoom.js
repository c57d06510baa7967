/** A picture on a stage: fits, zooms by wheel, pinch, double click and keys, drags, and swipes to its neighbours. */

const MAX_SCALE = 8;
const MAX_ENLARGEMENT = 2; // of small pictures, in times their own size
const CLOSE_UP = 2.5; // scale after a double click
const READABLE_WIDTH = 640; // pixels, for long screenshots
const MIN_SWIPE = 60; // pixels

export class Zoom {
  /** Zoom `picture` in `stage`. Calls `turn(step)` for a swipe, `zoomed(scale)` when the scale changes. */
  constructor(stage, picture, { turn, zoomed }) {
    Object.assign(this, { stage, picture, turn, zoomed });
    this.size = [1, 1];
    this.pointers = new Map();
    this.reset();
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("dblclick", (event) => this.toggle(event.clientX, event.clientY));
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => this.#up(event));
    new ResizeObserver(() => this.fit(...this.size)).observe(stage);
  }

  /** Show a picture of this size as large as possible. */
  fit(width, height) {
    this.size = [width, height];
    const [roomWidth, roomHeight] = this.#room();
    const scale = Math.min(roomWidth / width, roomHeight / height, MAX_ENLARGEMENT);
    this.fitted = [width * scale, height * scale];
    this.picture.style.inlineSize = `${this.fitted[0]}px`;
    this.picture.style.blockSize = `${this.fitted[1]}px`;
    this.reset();
  }

  reset() {
    this.scale = 1;
    this.offset = [0, 0];
    this.#apply();
  }

  /** Zoom to `scale` around the point (x, y) of the screen. */
  zoomTo(scale, x, y) {
    const box = this.stage.getBoundingClientRect();
    const point = [(x ?? box.x + box.width / 2) - box.x - box.width / 2, (y ?? box.y + box.height / 2) - box.y - box.height / 2];
    const next = Math.min(MAX_SCALE, Math.max(1, scale));
    this.offset = this.offset.map((offset, axis) => point[axis] - (point[axis] - offset) * (next / this.scale));
    this.scale = next;
    this.#apply();
    this.zoomed(this.scale);
  }

  /** Zoom in, or back out. A long screenshot becomes wide enough to read. */
  toggle(x, y) {
    const readable = Math.min(this.stage.clientWidth, READABLE_WIDTH) / this.fitted[0];
    this.zoomTo(this.scale > 1 ? 1 : Math.max(CLOSE_UP, readable), x, y);
  }

  /** Move the centre of `box`, given in screen coordinates, to the centre of the stage, as far as the picture allows. */
  centre(box) {
    const stage = this.stage.getBoundingClientRect();
    this.offset[0] += stage.x + stage.width / 2 - box.x - box.width / 2;
    this.offset[1] += stage.y + stage.height / 2 - box.y - box.height / 2;
    this.#apply();
  }

  /** Return the width and height of the stage without its padding, which toolbars cover. */
  #room() {
    const { paddingTop, paddingBottom } = getComputedStyle(this.stage);
    return [this.stage.clientWidth, this.stage.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom)];
  }

  #apply(swipe = 0) {
    const room = this.#room();
    this.offset = this.offset.map((offset, axis) => {
      const most = Math.max(0, ((this.fitted?.[axis] ?? 0) * this.scale - room[axis]) / 2);
      return Math.min(most, Math.max(-most, offset));
    });
    const [x, y] = this.offset;
    this.picture.style.transform = `translate(${x + swipe}px, ${y}px) scale(${this.scale})`;
    this.stage.classList.toggle("is-zoomed", this.scale > 1);
  }

  #wheel(event) {
    event.preventDefault();
    this.zoomTo(this.scale * Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), event.clientX, event.clientY);
  }

  #down(event) {
    // Buttons and links over the picture keep their clicks.
    if (event.target.closest("button, a")) return;
    if (event.button) return;
    this.stage.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    this.begin = this.pointers.size === 1 ? [event.clientX, event.clientY] : null;
  }

  #move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      const distance = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]);
      this.zoomTo(this.scale * (distance(now) / distance(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (this.scale > 1) {
      this.offset = this.offset.map((offset, axis) => offset + now[axis] - before[axis]);
      this.#apply();
    } else if (this.begin && event.pointerType !== "mouse") {
      this.#apply(now[0] - this.begin[0]);
    }
    this.pointers.set(event.pointerId, now);
  }

  #up(event) {
    if (!this.pointers.delete(event.pointerId) || !this.begin || this.scale > 1) return;
    const way = event.clientX - this.begin[0];
    this.#apply();
    if (event.type === "pointerup" && event.pointerType !== "mouse" && Math.abs(way) > MIN_SWIPE) this.turn(way < 0 ? 1 : -1);
  }
}
