/** Gestures on the stage of a Zoom: wheel, pinch, double click, dragging with momentum, and swipes in four directions. */

const MIN_SWIPE = 60; // pixels
const DECIDING = 8; // pixels after which a movement has a direction
const FRICTION = 0.0035; // per millisecond
const STILL = 0.02; // pixels per millisecond
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

export class Gestures {
  /** Calls `swiped(direction)` with "left", "right", "up" or "down". */
  constructor(zoom, { swiped }) {
    Object.assign(this, { zoom, swiped });
    this.pointers = new Map();
    this.swipe = null; // axis of the swipe
    this.speed = [0, 0];
    const { stage } = zoom;
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("dblclick", (event) => this.#doubleClick(event));
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => this.#up(event));
  }

  #wheel(event) {
    event.preventDefault();
    const { zoom } = this;
    this.speed = [0, 0];
    if (zoom.longAxis !== null && zoom.rests && !event.ctrlKey) {
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      const way = -lines * (event.deltaY || event.deltaX);
      zoom.moveBy(zoom.longAxis ? 0 : way, zoom.longAxis ? way : 0);
      return;
    }
    zoom.zoomTo(zoom.scale * Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), event.clientX, event.clientY);
  }

  #doubleClick(event) {
    // A double click on text selects a word.
    if (getSelection().isCollapsed) this.zoom.toggle(event.clientX, event.clientY);
  }

  #down(event) {
    // Buttons and links over the picture keep their clicks, and a mouse selects text.
    if (event.target.closest("button, a")) return;
    if (event.pointerType === "mouse" && event.target.closest(".text-line")) return;
    if (event.button) return;
    this.zoom.stage.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { place: [event.clientX, event.clientY], time: event.timeStamp });
    this.begin = this.pointers.size === 1 ? [event.clientX, event.clientY] : null;
    this.swipe = null;
    this.isDecided = false;
    this.speed = [0, 0];
  }

  #move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const way = now.map((place, axis) => place - before.place[axis]);
    if (this.pointers.size === 2) this.#pinch(event.pointerId, { before: before.place, now });
    else if (this.begin && this.#isSwipe(event)) this.#pull(now);
    else if (this.zoom.scale > 1) this.#drag(way, event.timeStamp - before.time);
    this.pointers.set(event.pointerId, { place: now, time: event.timeStamp });
  }

  #pinch(id, { before, now }) {
    const [other] = [...this.pointers].filter(([pointer]) => pointer !== id).map(([, { place }]) => place);
    const distance = (place) => Math.max(1, Math.hypot(place[0] - other[0], place[1] - other[1]));
    const middle = now.map((place, axis) => (place + other[axis]) / 2);
    this.zoom.zoomTo(this.zoom.scale * (distance(now) / distance(before)), ...middle);
  }

  #drag(way, time) {
    this.zoom.moveBy(...way);
    if (time > 0) this.speed = way.map((part) => part / time);
  }

  /** Return whether a movement is a swipe: it cannot move the picture, which is shown as it opened. */
  #isSwipe(event) {
    if (event.pointerType === "mouse" || !this.zoom.rests) return false;
    if (!this.isDecided) {
      const way = [event.clientX - this.begin[0], event.clientY - this.begin[1]];
      const axis = Math.abs(way[0]) >= Math.abs(way[1]) ? 0 : 1;
      if (Math.abs(way[axis]) < DECIDING) return false;
      this.isDecided = true;
      this.swipe = this.zoom.canMove(axis, way[axis]) ? null : axis;
    }
    return this.swipe !== null;
  }

  #pull(now) {
    this.zoom.apply([0, 1].map((axis) => (axis === this.swipe ? now[axis] - this.begin[axis] : 0)));
  }

  #up(event) {
    const last = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    if (!last || !this.begin) return;
    if (this.swipe !== null) {
      const way = [event.clientX, event.clientY][this.swipe] - this.begin[this.swipe];
      this.zoom.apply();
      if (event.type === "pointerup" && Math.abs(way) > MIN_SWIPE) this.swiped(this.#direction(way));
    } else if (!stillness.matches && event.timeStamp - last.time < 60) {
      requestAnimationFrame((time) => this.#glide(time));
    }
  }

  #direction(way) {
    if (this.swipe) return way < 0 ? "up" : "down";
    return way < 0 ? "left" : "right";
  }

  /** Continue a drag with decreasing speed. */
  #glide(before) {
    requestAnimationFrame((now) => {
      const passed = now - before;
      this.speed = this.speed.map((part) => part * Math.exp(-FRICTION * passed));
      if (this.pointers.size || Math.hypot(...this.speed) < STILL) return;
      if (this.zoom.moveBy(...this.speed.map((part) => part * passed))) this.#glide(now);
    });
  }
}
