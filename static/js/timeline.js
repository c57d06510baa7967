/** The timeline: all photos by date on one long page, with elements only for those near the screen. */

import "./lightbox.js";
import { fetchIds } from "./photo_ids.js";
import { onReturn, Problem } from "./requests.js";
import { Layout } from "./layout.js";
import { PhotoStore } from "./photo_store.js";
import { problemView } from "./problems.js";
import { Scrubber } from "./scrubber.js";
import { setList } from "./tiles.js";
import { makeHeading } from "./timeline_headings.js";
import "./years_link.js";
import { fillTile, makeTile, photoOf, releaseTile, retryThumbnail } from "./timeline_tiles.js";

const MARGIN = 0.75; // screens above and below that are filled too
const HEADING = 56;
const PAUSE = 250; // milliseconds from a change until the outline is requested …
const MAX_PAUSE = 30_000; // … at most, after failures
const STEADY = 10_000; // milliseconds after which a change is independent of the previous one

const element = document.querySelector("#photos");
const notice = document.querySelector("#timeline-notice");
const outline = JSON.parse(document.querySelector("#outline").textContent);
const store = new PhotoStore(element.dataset.source, outline, element.dataset.scope);
const shown = new Map(); // "12": a tile's element by the place of its photo, "2023-05": a heading's
const scrubber = new Scrubber(document.querySelector("#scrubber"), {
  go: (fraction) => scrollTo(0, fraction * Math.max(0, top() + layout.height - innerHeight)),
  goToMonth: (number) => {
    scrollTo(0, top() + layout.months[number].top);
    chosen = { number, at: scrollY };
    renderSoon();
  },
});
let chosen = null; // the month that the scrubber went to, until the page scrolls: several may share a row
let layout = null;
let frame = 0;
let saving = 0;

function top() {
  return element.offsetTop - HEADING;
}

/** Return the photo at the upper edge of the screen: its month, its place there, and its distance from the edge. */
function anchor() {
  const y = scrollY - top();
  const row = layout.rowAt(y + HEADING);
  const index = layout.rowFirsts[row];
  const month = layout.monthOf(index);
  return { month: month.key, place: index - month.first, beyond: y - layout.rowTops[row] };
}

/** Scroll to an anchor; without a distance, to the headings above the photo. */
function returnTo({ month: key, place, beyond = null }) {
  const month = layout.months.find((other) => other.key <= key) ?? layout.months.at(-1);
  const row = layout.rowOf(month.key === key ? month.first + Math.min(place, month.count - 1) : month.first);
  scrollTo(0, top() + (beyond === null ? layout.rowStarts[row] : layout.rowTops[row] + beyond));
}

/** Compute the layout again, and scroll back to `at`. */
function layOut({ at = null } = {}) {
  const width = element.clientWidth;
  layout = new Layout(store.months, store.shapes, {
    width,
    rowHeight: Math.min(240, 88 + width * 0.11),
    gap: width < 600 ? 3 : 6,
    heading: HEADING,
  });
  element.style.blockSize = `${layout.height}px`;
  document.querySelector("#no-photos").hidden = layout.months.length > 0;
  for (const item of shown.values()) release(item);
  shown.clear();
  scrubber.show(layout);
  if (at && layout.months.length) returnTo(at);
  render();
}

function render() {
  frame = 0;
  const from = scrollY - top();
  const margin = innerHeight * MARGIN;
  const items = itemsBetween(from - margin, from + innerHeight + margin);
  for (const [key, item] of shown) {
    if (items.has(key) || item.contains(document.activeElement)) continue;
    release(item);
    shown.delete(key);
  }
  let next = element.firstElementChild;
  for (const [key, place] of items) {
    let item = shown.get(key);
    if (!item) {
      item = place.group ? makeHeading(place) : makeTile(place);
      shown.set(key, item);
      element.insertBefore(item, next);
    }
    const photo = place.group ? null : store.at(place.index);
    if (photo) fillTile(item, photo);
    next = item.nextElementSibling;
  }
  requestVisible(items, from + innerHeight / 2);
  if (layout.months.length) showPosition(from);
}

/** Show the position in the scrubber: the month at the upper edge, which moves to the lower one on the last screen. */
function showPosition(from) {
  const end = document.documentElement.scrollHeight - innerHeight;
  const screen = innerHeight - HEADING;
  const edge = from + HEADING + Math.max(0, screen - Math.max(0, end - scrollY)) * Math.min(1, end / screen);
  const number = chosen?.at === scrollY ? chosen.number : layout.monthAt(edge);
  scrubber.move(Math.min(1, scrollY / Math.max(1, end)), number);
}

/** Report the visible photos to the store, which requests the missing ones. */
function requestVisible(items, middle) {
  const indexes = [...items.values()].filter(({ group }) => !group).map(({ index }) => index);
  if (!indexes.length) return;
  store.show({ first: indexes[0], last: indexes.at(-1), middle: layout.rowFirsts[layout.rowAt(middle)] });
}

/** Return the headings and tiles from `upper` to `lower`, in their order, with their positions. */
function itemsBetween(upper, lower) {
  const items = new Map();
  if (!layout.rowCount) return items;
  for (let row = layout.rowAt(upper); row < layout.rowCount && layout.rowStarts[row] < lower; row += 1) {
    for (const item of layout.itemsOf(row)) {
      if (item.group) items.set(item.group.key, item);
      else items.set(String(item.index), { ...item, top: layout.rowTops[row], height: layout.rowHeights[row] });
    }
  }
  return items;
}

function release(item) {
  if (item.classList.contains("tile")) releaseTile(item);
  else item.remove();
}

function renderSoon() {
  frame ||= requestAnimationFrame(render);
}

/** Retry all failed requests at once. */
function wake() {
  store.wake();
  for (const item of shown.values()) if (item.classList.contains("tile")) retryThumbnail(item);
}

function showTrouble() {
  const { trouble } = store;
  notice.replaceChildren(...(trouble ? [problemView(trouble, { retry: wake })] : []));
  if (!trouble) wake();
}

let refreshing = null;
let changes = 0;
let failures = 0;
let endPause = () => {};
/** Photos were added or removed, often many in a row: load a new outline, and keep the position. */
function refreshSoon() {
  changes += 1;
  refreshing ??= refresh().finally(() => { refreshing = null; });
}

async function refresh() {
  for (let seen = -1; seen !== changes;) {
    await new Promise((done) => {
      endPause = done;
      setTimeout(done, Math.min(MAX_PAUSE, PAUSE * 2 ** failures));
    });
    seen = changes;
    try {
      const at = layout.months.length && scrollY > 0 ? anchor() : null;
      if (await store.refresh()) layOut({ at });
      failures = 0;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      failures += 1;
      // Requests fail until the login; other failures are retried.
      if (error.kind !== "login") seen = -1;
    }
  }
}

let outdatedAt = -Infinity;
let outdatedPause = 0;
let outdatedTimer = 0;
/** Places have changed. If that continues, as while a program deletes photos, requests become less frequent. */
function refreshOutdated() {
  if (outdatedTimer) return;
  const now = performance.now();
  outdatedPause = now - outdatedAt < STEADY ? Math.min(MAX_PAUSE, 2 * outdatedPause + PAUSE) : 0;
  outdatedAt = now + outdatedPause;
  outdatedTimer = setTimeout(() => {
    outdatedTimer = 0;
    refreshSoon();
  }, outdatedPause);
}

function save() {
  saving = 0;
  if (layout.months.length && !history.state?.lightbox) history.replaceState({ timeline: anchor() }, "");
}

addEventListener("scroll", () => {
  renderSoon();
  clearTimeout(saving);
  saving = setTimeout(save, 150);
}, { passive: true });
addEventListener("resize", renderSoon);
store.addEventListener("loaded", renderSoon);
store.addEventListener("outdated", refreshOutdated);
store.addEventListener("trouble", showTrouble);
document.addEventListener("photos:changed", refreshSoon);
document.addEventListener("photos:rated", ({ detail: { ids, importance } }) => {
  store.rate(ids, importance);
  if (element.dataset.scope.includes("view=starred")) refreshSoon();
});
element.addEventListener("thumbnail:failed", ({ detail: { id } }) => store.recheck(store.indexOf(id)));
onReturn(() => {
  renderSoon();
  wake();
  refreshSoon();
  if (failures) endPause();
});
// Saves at once: a user may leave right after scrolling, and iOS has no `beforeunload`, but clicks.
for (const type of ["beforeunload", "click"]) addEventListener(type, save, { capture: true });
document.addEventListener("photo:shown", ({ detail: { id } }) => bringIntoView(id));
document.addEventListener("photo:closed", ({ detail: { id } }) => focusPhoto(id));

/** Scroll to the photo in the lightbox unless it is on the screen, so that its neighbours are known too. */
function bringIntoView(id) {
  const index = store.indexOf(id);
  if (index === undefined) return;
  const row = layout.rowOf(index);
  const upper = top() + layout.rowTops[row] + HEADING;
  const lower = upper + layout.rowHeights[row];
  if (lower < scrollY + HEADING || upper > scrollY + innerHeight) scrollTo(0, (upper + lower - innerHeight) / 2);
}

function focusPhoto(id) {
  bringIntoView(id);
  render();
  shown.get(String(store.indexOf(id)))?.querySelector("a").focus({ preventScroll: true });
  save();
}

/** Return the photo with this id from its tile or the store. */
function photoOfId(id) {
  const tile = element.querySelector(`.tile[data-photo="${id}"]`);
  return (tile && photoOf(tile)) ?? store.at(store.indexOf(id));
}

/** Return the place of the photo with this id, after pending changes; undefined if it is gone. */
async function placeOf(id) {
  while (store.indexOf(id) === undefined && ((refreshing && !failures) || store.isLoading)) {
    await new Promise((done) => { setTimeout(done, 50); });
  }
  return store.indexOf(id);
}

/** Return the photo `step` places further; null beyond the ends, undefined if this one is gone. Rejects with a Problem. */
async function neighbourOf(id, step) {
  const index = await placeOf(id);
  if (index === undefined) return undefined;
  try {
    return await store.load(index + step);
  } catch (error) {
    if (error.kind !== "outdated") throw error;
  }
  const moved = await placeOf(id);
  return moved === undefined ? undefined : store.load(moved + step);
}

setList(element, {
  photo: async (id) => photoOfId(id),
  neighbour: neighbourOf,
  between: (one, other) => fetchIds({ one, other }),
  known: (one, other) => {
    const [first, last] = [store.indexOf(one), store.indexOf(other)].sort((a, b) => a - b);
    return Array.from({ length: last - first + 1 || 0 }, (_, place) => store.at(first + place));
  },
});

history.scrollRestoration = "manual";
layOut({ at: history.state?.timeline ?? monthInAddress() });
if (outline.target && !history.state?.timeline) showTarget(outline.target);
let width = element.clientWidth;
new ResizeObserver(() => {
  if (element.clientWidth === width) return;
  width = element.clientWidth;
  layOut({ at: layout.months.length && scrollY > 0 ? anchor() : null });
}).observe(element);

function monthInAddress() {
  const month = new URLSearchParams(location.search).get("month");
  return month && { month, place: 0 };
}

/** Open the timeline at a photo: its row in the middle of the screen, and the focus on it. */
async function showTarget({ photo: id, month, place }) {
  const index = layout.months.find(({ key }) => key === month).first + place;
  const row = layout.rowOf(index);
  scrollTo(0, top() + HEADING + layout.rowTops[row] - (innerHeight - layout.rowHeights[row]) / 2);
  render();
  if ((await store.load(index).catch(() => null))?.id !== id) return; // The store reports failures.
  render();
  shown.get(String(index))?.querySelector("a").focus({ preventScroll: true, focusVisible: true });
}
