/** The tiles of the timeline: filling them, retrying failed thumbnails, and reusing them. */

import { showSelected } from "./selected_photos.js";
import { showStars } from "./tile_stars.js";
import { addressOf, showPlaceholder } from "./tiles.js";

const PAUSES = [1000, 3000]; // milliseconds until automatic retries of a thumbnail; then the user has to

const templates = Object.fromEntries(["tile", "broken", "waiting", "failed"].map((name) =>
  [name, document.querySelector(`#${name}-template`).content.firstElementChild]));
const spare = []; // tiles that are out of sight: making them takes longer than filling them
const filled = new WeakMap(); // tiles: the photos that they show
const places = new WeakMap(); // tiles and headings: where they are

export function makeTile() {
  return spare.pop() ?? templates.tile.cloneNode(true);
}

/** Move a tile or a heading to its place; the height of headings is their own. */
export function placeItem(item, { left, top, width, height }) {
  const place = `${left} ${top} ${width} ${height}`;
  if (places.get(item) === place) return;
  places.set(item, place);
  item.style.transform = `translate(${left}px, ${top}px)`;
  item.style.inlineSize = `${width}px`;
  if (height) item.style.blockSize = `${height}px`;
}

/** Remove a tile from the page, for reuse. */
export function releaseTile(tile) {
  tile.remove();
  filled.delete(tile);
  tile.removeAttribute("data-photo");
  tile.removeAttribute("data-day");
  tile.removeAttribute("data-animation");
  tile.removeAttribute("id");
  showPlaceholder(tile, "");
  tile.querySelector(".failed")?.remove();
  const link = tile.querySelector("a");
  link.removeAttribute("href");
  link.replaceChildren();
  showSelected(tile);
  spare.push(tile);
}

/** Return the photo that a tile shows; null if none has loaded. */
export function photoOf(tile) {
  return filled.get(tile) ?? null;
}

/** Show `photo` in `tile`; do nothing if it is already shown. */
export function fillTile(tile, photo) {
  const before = filled.get(tile);
  if (before === photo) return;
  filled.set(tile, photo);
  if (before && JSON.stringify(before) === JSON.stringify(photo)) return;
  const link = tile.querySelector("a");
  tile.dataset.photo = photo.id;
  tile.dataset.day = photo.day;
  tile.id = `photo-${photo.id}`;
  tile.toggleAttribute("data-animation", photo.animation > 0);
  if (photo.animation) tile.dataset.animation = photo.animation;
  link.href = addressOf(photo.id) + photo.query;
  showStars(tile, photo.stars);
  tile.querySelector(".check input").ariaLabel = `${tile.querySelector(".check").title}: ${photo.name}`;
  showSelected(tile);
  tile.querySelector(".failed")?.remove();
  if (photo.version) {
    showPlaceholder(tile, photo.placeholder);
    showThumbnail(tile, photo);
    return;
  }
  const words = templates[photo.broken ? "broken" : "waiting"].cloneNode(true);
  words.querySelector("small").textContent = photo.name;
  link.replaceChildren(words);
}

function showThumbnail(tile, photo, attempt = 0) {
  const image = templates.tile.querySelector("img").cloneNode();
  image.alt = photo.name;
  image.addEventListener("error", () => {
    // The tile may show another photo by now.
    const isShown = () => image.parentElement === tile.querySelector("a");
    if (!isShown()) return;
    image.hidden = true; // Otherwise the browser shows a broken picture.
    tile.dispatchEvent(new CustomEvent("thumbnail:failed", { bubbles: true, detail: { id: photo.id } }));
    if (attempt < PAUSES.length) setTimeout(() => isShown() && showThumbnail(tile, photo, attempt + 1), PAUSES[attempt]);
    else showFailure(tile, photo);
  });
  const again = attempt ? `&again=${attempt}` : "";
  image.src = `${addressOf(photo.id, "thumbnail")}?v=${photo.version}${again}`;
  tile.querySelector("a").replaceChildren(image);
}

function showFailure(tile, photo) {
  const button = templates.failed.cloneNode(true);
  button.querySelector("small").textContent = photo.name;
  button.addEventListener("click", () => retryThumbnail(tile));
  // Keep the link, but without a broken picture.
  tile.querySelector("a").replaceChildren();
  tile.append(button);
}

/** Retry the thumbnail of a tile that reports a failure. */
export function retryThumbnail(tile) {
  const button = tile.querySelector(".failed");
  if (!button) return;
  const hadFocus = button.contains(document.activeElement);
  button.remove();
  showThumbnail(tile, filled.get(tile));
  if (hadFocus) tile.querySelector("a").focus();
}
