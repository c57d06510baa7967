/** Selection of a range by dragging: with a mouse from a check mark or an empty place, by touch after a long press. */

import { notify } from "./actions.js";
import { messageOf } from "./problems.js";
import { Problem } from "./requests.js";
import { isSelected, rememberDays, select, selected, selectOnly } from "./selected_photos.js";
import { listOf } from "./tiles.js";

const LONG_PRESS = 450; // milliseconds
const CLICK_DELAY = 100; // milliseconds after a drag in which a click may follow
const STEADY = 8; // pixels that a press may move without being a drag
const EDGE = 80; // pixels at the upper and lower edge of the screen in which the page scrolls
const FASTEST = 2; // pixels per millisecond
const LISTS = ".timeline, .tiles";
const ROOT = document.documentElement;

/** A drag from the photo of `tile`: it selects a range, or deselects it if that photo is selected. */
class Drag {
  constructor(tile) {
    this.area = tile.closest(LISTS);
    this.list = listOf(tile);
    this.first = this.last = Number(tile.dataset.photo);
    this.before = new Set(selected);
    this.on = !isSelected(this.first);
    this.place = null; // of the pointer, once it has moved
    ROOT.classList.add("is-selecting-range");
    this.#show();
    this.#followSoon();
  }

  #followSoon(before = performance.now()) {
    this.frame = requestAnimationFrame((now) => {
      if (this.place) this.#follow(this.place, Math.max(0, now - before));
      this.#followSoon(now);
    });
  }

  /** Scroll if the pointer is at an edge, and extend the range to the tile at the pointer. */
  #follow({ x, y }, passed) {
    scrollBy({ top: speedAt(y) * passed, behavior: "instant" });
    this.last = Number(nearestTile(this.area, x, y)?.dataset.photo ?? this.last);
    this.#show();
  }

  /** Show the range as far as its photos are loaded. */
  #show() {
    const photos = this.list.known(this.first, this.last);
    const known = photos.filter(Boolean);
    this.isKnown = photos.length > 0 && known.length === photos.length;
    const key = `${this.last} ${known.length}`;
    if (key === this.shown) return;
    this.shown = key;
    rememberDays(known);
    const range = new Set([this.first, this.last, ...known.map(({ id }) => id)]);
    selectOnly(this.on ? [...this.before, ...range] : [...this.before].filter((id) => !range.has(id)));
  }

  /** Complete the range: photos that were passed quickly may not be loaded. Rejects with a Problem. */
  async end() {
    this.#stop();
    if (!this.isKnown) select(await this.list.between(this.first, this.last), this.on);
  }

  cancel() {
    this.#stop();
    selectOnly(this.before);
  }

  #stop() {
    cancelAnimationFrame(this.frame);
    ROOT.classList.remove("is-selecting-range");
  }
}

/** Return the speed of scrolling while the pointer is at the height `y`. */
function speedAt(y) {
  const upper = document.querySelector(".bar").offsetHeight + EDGE;
  const lower = innerHeight - EDGE;
  const depth = y < upper ? y - upper : Math.max(0, y - lower);
  return FASTEST * Math.max(-1, Math.min(1, depth / EDGE));
}

/** Return the tile of `area` in the row nearest to a point, and there the nearest one. */
function nearestTile(area, x, y) {
  let nearest = null;
  let least = Infinity;
  for (const tile of area.querySelectorAll(".tile[data-photo]")) {
    if (!tile.offsetWidth) continue;
    const { left, right, top, bottom } = tile.getBoundingClientRect();
    const distance = Math.max(left - x, 0, x - right) + innerWidth * Math.max(top - y, 0, y - bottom);
    if (distance < least) [nearest, least] = [tile, distance];
  }
  return nearest;
}

function tileAt(x, y) {
  const tiles = document.elementsFromPoint(x, y).map((element) => element.closest(".tile[data-photo]"));
  return tiles.find((tile) => tile?.closest(LISTS)) ?? null;
}

/** Return whether a press of the mouse there may begin a range: on a check mark, or beside the photos. */
function mayBegin(target) {
  if (target.closest(".tile[data-photo] .check")) return true;
  if (target.matches("#main")) return Boolean(document.querySelector(LISTS));
  return Boolean(target.closest(LISTS)) && !target.closest(".tile, a, button, input, label, summary, .reasons");
}

/** Listen for drags on all tiles. Calls `ended(id)` with the photo at which a drag ended. */
export function listenForDrags({ ended }) {
  const state = { takesClick: false }; // true from a drag until just after its end
  let press = null; // {x, y, tile, timer}: before a drag
  let drag = null;

  const begin = (tile) => {
    drag = new Drag(tile);
    state.takesClick = true;
  };
  const finish = () => {
    clearTimeout(press?.timer);
    press = drag = null;
    // Some browsers send a click after a long press.
    setTimeout(() => { state.takesClick = Boolean(drag); }, CLICK_DELAY);
  };

  document.addEventListener("pointerdown", ({ target, pointerType, button, isPrimary, shiftKey, clientX: x, clientY: y }) => {
    if (!isPrimary || button || shiftKey || drag) return;
    const tile = target.closest(".tile[data-photo]");
    if (pointerType !== "touch") {
      if (mayBegin(target)) press = { x, y, tile };
    } else if (tile?.closest(LISTS)) {
      press = { x, y, tile, timer: setTimeout(() => {
        // With the focus the tile stays on the page, and so do the events of the finger on it.
        tile.querySelector("a").focus({ preventScroll: true });
        begin(tile);
      }, LONG_PRESS) };
    }
  });
  document.addEventListener("pointermove", (event) => {
    if (!press) return;
    const { clientX: x, clientY: y } = event;
    if (!drag?.place && Math.hypot(x - press.x, y - press.y) < STEADY) return;
    if (!drag && press.timer) {
      clearTimeout(press.timer);
      press = null;
    } else if (!drag) {
      const tile = press.tile ?? tileAt(x, y);
      if (!tile) return;
      begin(tile);
      ROOT.setPointerCapture(event.pointerId);
    }
    if (drag) drag.place = { x, y };
  });
  document.addEventListener("pointerup", async () => {
    const done = drag;
    finish();
    if (!done) return;
    ended(done.last);
    try {
      await done.end();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      notify(messageOf(error.kind), { failed: true });
    }
  });
  document.addEventListener("pointercancel", () => {
    drag?.cancel();
    finish();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    drag.cancel();
    finish();
  }, { capture: true });
  // The finger would scroll the page; the mouse would select text; both would drag pictures and links.
  document.addEventListener("touchmove", (event) => drag && event.preventDefault(), { passive: false });
  for (const type of ["selectstart", "dragstart"]) {
    document.addEventListener(type, (event) => press && event.preventDefault());
  }
  document.addEventListener("contextmenu", (event) => {
    if (event.pointerType === "touch" && event.target.closest(".tile[data-photo]")) event.preventDefault();
  });
  return state;
}
