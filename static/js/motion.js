/** Animated pictures: they move while the pointer is on their tile, and in the lightbox. */

import { showTurned } from "./rotation.js";
import { addressOf } from "./tiles.js";

const MOST_BYTES_ON_HOVER = 10_000_000;
const HOVER_DELAY = 200; // milliseconds
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
let hovered = null; // tile
let timer = 0;

/** Return whether a photo is animated and this person's settings allow motion. */
export function moves({ animation }) {
  return animation > 0 && !stillness.matches;
}

/** Show the original, turned by `rotation`, in an image that shows another size, if the browser can display it. */
export async function showOriginal(image, id, rotation = 0) {
  const original = new Image();
  original.src = addressOf(id, "original");
  try {
    await original.decode();
  } catch {
    return;
  }
  showTurned(image, rotation);
  image.src = original.src;
}

function start(tile) {
  const image = tile.querySelector("img");
  if (!image) return;
  image.dataset.still = image.src;
  showOriginal(image, tile.dataset.photo).then(() => hovered !== tile && stop(image));
}

function stop(image) {
  if (image?.dataset.still) image.src = image.dataset.still;
  delete image?.dataset.still;
}

document.addEventListener("pointerover", (event) => {
  const tile = event.target.closest(".tile[data-animation]");
  if (tile === hovered) return;
  clearTimeout(timer);
  stop(hovered?.querySelector("img[data-still]"));
  hovered = tile;
  const animation = Number(tile?.dataset.animation ?? 0);
  if (event.pointerType !== "mouse" || !moves({ animation }) || animation > MOST_BYTES_ON_HOVER) return;
  timer = setTimeout(() => start(tile), HOVER_DELAY);
});
