/** The timeline: all photos by date on one long page, with elements only for those near the screen. */

import "./lightbox.js";
import { Canvas } from "./canvas.js";
import { Layout } from "./layout.js";
import { PhotoStore } from "./photo_store.js";
import { problemView } from "./problems.js";
import { onReturn } from "./requests.js";
import { Scrubber } from "./scrubber.js";
import { setList } from "./tiles.js";
import { makeHeading } from "./timeline_headings.js";
import { timelineList } from "./timeline_list.js";
import { Refresher } from "./timeline_refresh.js";
import "./years_link.js";
import { fillTile, makeTile, photoOf, placeItem, releaseTile, retryThumbnail } from "./timeline_tiles.js";

const MARGIN = 0.75; // screens above and below that are filled too
const AHEAD = 3; // screens above and below of which the shapes are requested
const HEADING = 56;
const REST = 150; // milliseconds without scrolling

const element = document.querySelector("#photos");
const notice = document.querySelector("#timeline-notice");
const outline = JSON.parse(document.querySelector("#outline").textContent);
const store = new PhotoStore(element.dataset.source, outline, element.dataset.scope);
const canvas = new Canvas(element, { above: HEADING });
const shown = new Map(); // "12": a tile's element by the place of its photo, "2023-05": a heading's
const scrubber = new Scrubber(document.querySelector("#scrubber"), {
  go: (share) => {
    canvas.goToShare(share);
    renderSoon();
  },
  goToMonth: (number) => go({ month: layout.months[number].key, place: 0 }, { number }),
});
const refresher = new Refresher(store, {
  place: () => layout.months.length && !canvas.isAtStart && anchor(),
  change: (at) => layOut({ at }),
});
let layout = null;
let revision = -1; // of the layout on the screen
let goal = null; // the anchor that the page was sent to, until it scrolls; `number` is its month: several may share a row
let frame = 0;
let saving = 0;

/** Return the first photo on the screen: its month, its place there, and its distance from the upper edge. */
function anchor() {
  const row = layout.firstRowBetween(canvas.y + HEADING, canvas.y + innerHeight);
  const month = layout.sections.monthOf(row.first);
  return { month: month.key, place: row.first - month.first, beyond: canvas.y - row.top };
}

/** Return the position of an anchor; without a distance, that of the headings above the photo. */
function positionOf({ month: key, place, beyond = null, isCentred = false }) {
  const month = layout.months.find((other) => other.key <= key) ?? layout.months.at(-1);
  const row = layout.rowOf(month.key === key ? month.first + Math.min(place, month.count - 1) : month.first);
  if (isCentred) return row.top + HEADING - (innerHeight - row.height) / 2;
  return beyond === null ? row.start : row.top + beyond;
}

/** Scroll to an anchor, and stay there while heights become exact. */
function go(at, { number = null } = {}) {
  goal = { at, number, y: 0 };
  canvas.go(positionOf(at));
  goal.y = canvas.y;
  renderSoon();
}

/** Compute the rows near the screen; while that changes heights, keep what is on it. */
function settle() {
  for (let round = 0; round < 5; round += 1) {
    const isAtGoal = goal?.y === canvas.y;
    const isAtEnd = canvas.isAtEnd && !canvas.isAtStart;
    const at = isAtGoal ? goal.at : anchor();
    const margin = innerHeight * MARGIN;
    layout.update(canvas.y - margin, canvas.y + innerHeight + margin);
    if (layout.revision === revision) return;
    revision = layout.revision;
    const isAtStart = canvas.isAtStart && canvas.y <= HEADING;
    canvas.setHeight(layout.height);
    if (isAtGoal) go(at, goal);
    else if (isAtEnd) canvas.go(canvas.end);
    else if (!isAtStart) canvas.shift(positionOf(at) - canvas.y);
  }
}

/** Compute the layout again, and scroll back to `at`. */
function layOut({ at = null } = {}) {
  const width = element.clientWidth;
  layout = new Layout(store.sections, {
    width,
    rowHeight: Math.min(240, 88 + width * 0.11),
    gap: width < 600 ? 3 : 6,
    heading: HEADING,
  });
  revision = layout.revision;
  canvas.setHeight(layout.height);
  document.querySelector("#no-photos").hidden = layout.months.length > 0;
  for (const item of shown.values()) release(item);
  shown.clear();
  scrubber.show(layout);
  goal = null;
  if (at && layout.months.length) go(at);
  else canvas.rest();
  render();
}

function render() {
  frame = 0;
  canvas.measure();
  if (layout.months.length) settle();
  const from = canvas.y;
  const margin = innerHeight * MARGIN;
  const items = layout.itemsBetween(from - margin, from + innerHeight + margin);
  for (const [key, item] of shown) {
    if (items.has(key) || item.contains(document.activeElement)) continue;
    release(item);
    shown.delete(key);
  }
  let next = element.firstElementChild;
  for (const [key, place] of items) {
    let item = shown.get(key);
    if (!item) {
      item = place.group ? makeHeading(place) : makeTile();
      shown.set(key, item);
      element.insertBefore(item, next);
    }
    placeItem(item, { ...place, top: place.top - canvas.origin });
    const photo = place.group || !layout.isExactAt(place.index) ? null : store.at(place.index);
    if (photo) fillTile(item, photo);
    next = item.nextElementSibling;
  }
  requestVisible(items, from + innerHeight / 2);
  if (layout.months.length) showPosition(from);
}

/** Show the position in the scrubber: the month at the upper edge, which moves to the lower one on the last screen. */
function showPosition(from) {
  const screen = innerHeight - HEADING;
  const edge = from + HEADING + Math.max(0, screen - Math.max(0, canvas.end - from)) * Math.min(1, canvas.end / screen);
  const number = goal?.y === canvas.y ? goal.number : null;
  scrubber.move(canvas.share, number ?? layout.monthAt(edge));
}

/** Report to the store what is visible, and which sections are near: it requests what is missing. */
function requestVisible(items, middle) {
  const indexes = [...items.values()].filter(({ group }) => !group).map(({ index }) => index);
  if (!indexes.length) return;
  const { first } = layout.rowAt(middle);
  const number = store.sections.numberOf(first);
  const near = layout.numbersBetween(middle - AHEAD * innerHeight, middle + AHEAD * innerHeight)
    .sort((one, other) => Math.abs(one - number) - Math.abs(other - number));
  const sections = near.map((other) => store.sections.list[other]);
  store.show({ first: indexes[0], last: indexes.at(-1), middle: first, sections });
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

function save() {
  saving = 0;
  if (layout.months.length && !history.state?.lightbox) history.replaceState({ timeline: anchor() }, "");
}

/** Scrolling rests: put what heights have changed right. */
function rest() {
  const { origin } = canvas;
  canvas.rest();
  if (origin !== canvas.origin) render();
  save();
}

addEventListener("scroll", () => {
  canvas.follow();
  renderSoon();
  clearTimeout(saving);
  saving = setTimeout(rest, REST);
}, { passive: true });
addEventListener("resize", renderSoon);
store.addEventListener("loaded", renderSoon);
store.addEventListener("outdated", () => refresher.refreshOutdated());
store.addEventListener("trouble", showTrouble);
document.addEventListener("photos:changed", () => refresher.refreshSoon());
document.addEventListener("photos:rated", ({ detail: { ids, importance } }) => {
  store.rate(ids, importance);
  if (element.dataset.scope.includes("view=starred")) refresher.refreshSoon();
});
element.addEventListener("thumbnail:failed", ({ detail: { id } }) => store.recheck(store.indexOf(id)));
onReturn(() => {
  renderSoon();
  wake();
  refresher.refreshAtOnce();
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
  if (row.top + row.height >= canvas.y && row.top + HEADING <= canvas.y + innerHeight) return;
  const month = store.sections.monthOf(index);
  go({ month: month.key, place: index - month.first, isCentred: true });
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

setList(element, timelineList(store, { photoOfId, isChanging: () => refresher.isChanging }));

history.scrollRestoration = "manual";
layOut({ at: history.state?.timeline ?? monthInAddress() });
if (outline.target && !history.state?.timeline) showTarget(outline.target);
let width = element.clientWidth;
new ResizeObserver(() => {
  if (element.clientWidth === width) return;
  width = element.clientWidth;
  layOut({ at: layout.months.length && !canvas.isAtStart ? anchor() : null });
}).observe(element);

function monthInAddress() {
  const month = new URLSearchParams(location.search).get("month");
  return month && { month, place: 0 };
}

/** Open the timeline at a photo: its row in the middle of the screen, and the focus on it. */
async function showTarget({ photo: id, month, place }) {
  go({ month, place, isCentred: true });
  render();
  const index = layout.months.find(({ key }) => key === month).first + place;
  if ((await store.load(index).catch(() => null))?.id !== id) return; // The store reports failures.
  render();
  shown.get(String(index))?.querySelector("a").focus({ preventScroll: true, focusVisible: true });
}
