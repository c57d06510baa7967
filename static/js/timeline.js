/** The timeline: all photos by date in one long page, of which only what is near the screen exists. */

import "./lightbox.js";
import { Layout } from "./layout.js";
import { PhotoStore } from "./photo_store.js";
import { Scrubber, monthName } from "./scrubber.js";
import { mark } from "./selection.js";
import { addressOf, setList, showPlaceholder } from "./tiles.js";

const MARGIN = 0.75; // screens above and below that are filled too
const HEADING = 56;
const SECONDS_UNTIL_LOOKING_AGAIN = 4;

const element = document.querySelector("#photos");
const templates = Object.fromEntries(["tile", "broken", "waiting"].map((name) =>
  [name, document.querySelector(`#${name}-template`).content.firstElementChild]));
const store = new PhotoStore(element.dataset.source, JSON.parse(document.querySelector("#outline").textContent));
const shown = new Map(); // "12": a tile's element by the number of its photo, "2023-05": a heading's
const spare = []; // tiles that are out of sight
const scrubber = new Scrubber(document.querySelector("#scrubber"), {
  go: (fraction) => scrollTo(0, fraction * Math.max(0, top() + layout.height - innerHeight)),
  goToMonth: (number) => scrollTo(0, top() + layout.months[number].top),
});
let layout = null;
let frame = 0;
let saving = 0;

function top() {
  return element.offsetTop - HEADING;
}

/** What lies at the upper edge of the screen: a photo's number in its month, and how far it is scrolled out. */
function anchor() {
  const y = scrollY - top();
  const row = layout.rowAt(y + HEADING);
  const index = layout.rowFirsts[row];
  const month = layout.monthOf(index);
  return { month: month.key, place: index - month.first, beyond: y - layout.rowTops[row] };
}

function returnTo({ month: key, place, beyond }) {
  const month = layout.months.find((other) => other.key <= key) ?? layout.months.at(-1);
  const index = month.key === key ? month.first + Math.min(place, month.count - 1) : month.first;
  scrollTo(0, top() + layout.rowTops[layout.rowOf(index)] + beyond);
}

/** Compute all places anew, and stay where one is. */
function lay({ at = null } = {}) {
  const width = element.clientWidth;
  layout = new Layout(store.months, store.shapes, {
    width,
    rowHeight: Math.min(240, 88 + width * 0.11),
    gap: width < 600 ? 3 : 6,
    heading: HEADING,
  });
  store.setMonths(layout.months);
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
      item = place.month ? makeHeading(place) : makeTile(place);
      shown.set(key, item);
      element.insertBefore(item, next);
    }
    next = item.nextElementSibling;
  }
  if (layout.months.length) scrubber.move(from / Math.max(1, layout.height - innerHeight), layout.monthAt(from + HEADING));
}

/** Headings and tiles from `upper` to `lower`, in their order, with their places. */
function itemsBetween(upper, lower) {
  const items = new Map();
  if (!layout.rowCount) return items;
  let number = layout.monthAt(upper);
  for (let row = layout.rowAt(upper); row < layout.rowCount && layout.rowTops[row] < lower; row += 1) {
    while (layout.months[number + 1]?.row <= row) number += 1;
    const month = layout.months[number];
    if (month.row === row) items.set(month.key, { month, top: month.top });
    for (const tile of layout.tilesOf(row)) {
      items.set(String(tile.index), { ...tile, top: layout.rowTops[row], height: layout.rowHeights[row] });
    }
  }
  return items;
}

function makeHeading({ month, top: place }) {
  const heading = document.createElement("h2");
  heading.className = "month-name";
  heading.textContent = monthName(month.key);
  const count = document.createElement("small");
  count.textContent = month.count.toLocaleString(document.documentElement.lang);
  heading.append(" ", count);
  heading.style.transform = `translateY(${place}px)`;
  return heading;
}

/** Take a heading or tile out of the page; tiles are used again, for making them takes longer than filling them. */
function release(item) {
  item.remove();
  if (!item.classList.contains("tile")) return;
  item.removeAttribute("data-photo");
  item.removeAttribute("id");
  showPlaceholder(item, "");
  const link = item.querySelector("a");
  link.removeAttribute("href");
  link.replaceChildren();
  mark(item);
  spare.push(item);
}

function makeTile({ index, left, top: place, width, height }) {
  const tile = spare.pop() ?? templates.tile.cloneNode(true);
  tile.style.transform = `translate(${left}px, ${place}px)`;
  tile.style.inlineSize = `${width}px`;
  tile.style.blockSize = `${height}px`;
  const photo = store.at(index);
  if (photo) fill(tile, photo);
  else store.want(index);
  return tile;
}

function fill(tile, photo) {
  const link = tile.querySelector("a");
  const box = tile.querySelector(".check input");
  tile.dataset.photo = photo.id;
  tile.id = `photo-${photo.id}`;
  link.href = addressOf(photo.id);
  box.ariaLabel = `${tile.querySelector(".check").title}: ${photo.name}`;
  mark(tile);
  if (photo.version) {
    showPlaceholder(tile, photo.placeholder);
    const image = templates.tile.querySelector("img").cloneNode();
    link.replaceChildren(image);
    image.alt = photo.name;
    image.src = `${addressOf(photo.id, "thumbnail")}?v=${photo.version}`;
    return;
  }
  const words = templates[photo.broken ? "broken" : "waiting"].cloneNode(true);
  words.querySelector("small").textContent = photo.name;
  link.replaceChildren(words);
  if (!photo.broken) lookAgain();
}

let looking = 0;
/** Some tiles wait for their thumbnails. */
function lookAgain() {
  looking ||= setTimeout(() => {
    looking = 0;
    store.forgetUnfinished();
    for (const [key, item] of shown) if (item.querySelector(".placeholder:not(.broken)")) store.want(Number(key));
  }, SECONDS_UNTIL_LOOKING_AGAIN * 1000);
}

store.addEventListener("loaded", ({ detail: { begin, end } }) => {
  for (let index = begin; index < end; index += 1) {
    const tile = shown.get(String(index));
    if (tile) fill(tile, store.at(index));
  }
});

let refreshing = 0;
/** Photos came or went, often many after each other. */
function refreshSoon() {
  refreshing ||= setTimeout(refresh, 250);
}

/** Ask for the outline anew, and stay where one is. */
async function refresh() {
  refreshing = 0;
  const at = layout.months.length && scrollY > 0 ? anchor() : null;
  await store.refresh();
  lay({ at });
}

function save() {
  saving = 0;
  if (layout.months.length && !history.state?.lightbox) history.replaceState({ timeline: anchor() }, "");
}

addEventListener("scroll", () => {
  frame ||= requestAnimationFrame(render);
  clearTimeout(saving);
  saving = setTimeout(save, 150);
}, { passive: true });
document.addEventListener("photos:changed", refreshSoon);
document.addEventListener("photo:closed", ({ detail: { id } }) => showPhoto(id));

/** Scroll to the photo that the lightbox showed last, unless it is on the screen, and give it the focus. */
function showPhoto(id) {
  const index = store.indexOf(id);
  if (index === undefined) return;
  const row = layout.rowOf(index);
  const upper = top() + layout.rowTops[row] + HEADING;
  const lower = upper + layout.rowHeights[row];
  if (lower < scrollY + HEADING || upper > scrollY + innerHeight) scrollTo(0, (upper + lower - innerHeight) / 2);
  render();
  shown.get(String(index))?.querySelector("a").focus({ preventScroll: true });
}

setList(element, {
  photo: async (id) => store.at(store.indexOf(id)),
  neighbour: async (id, step) => {
    const index = store.indexOf(id);
    return index === undefined ? null : store.load(index + step);
  },
  between: (one, other) => store.idsBetween(one, other),
});

history.scrollRestoration = "manual";
lay({ at: history.state?.timeline ?? monthInAddress() });
let width = element.clientWidth;
new ResizeObserver(() => {
  if (element.clientWidth === width) return;
  width = element.clientWidth;
  lay({ at: layout.months.length && scrollY > 0 ? anchor() : null });
}).observe(element);

function monthInAddress() {
  const month = new URLSearchParams(location.search).get("month");
  return month && { month, place: 0, beyond: -HEADING };
}
