/**
 * Rotating photos by hand. The server makes their thumbnails again; until then the old ones are turned on the screen.
 *
 * After a rotation the document gets a `photos:turned` event with the `ids`.
 */

import { announceChange, notify, post } from "./actions.js";
import { fetchJson, Problem } from "./requests.js";
import { addressOf } from "./tiles.js";

const turned = new Set(); // ids of photos that were turned on this page, whose tiles an undo changes too

/** Turn an image within its frame by `degrees` clockwise (static/css/viewer.css). */
export function showTurned(image, degrees = 0) {
  if (degrees) image.dataset.turn = degrees;
  else delete image.dataset.turn;
}

/** Rotate one photo by `degrees` clockwise. Return whether that succeeded. */
export async function rotatePhoto(id, degrees) {
  const address = document.querySelector("#selection [data-turn]").getAttribute("formaction");
  const answer = await post(address, { photo: id, turn: degrees });
  if (!answer) return false;
  notify(answer.message, { revert: answer.revert });
  announceTurn([id]);
  return true;
}

/** Report that photos were rotated. */
export function announceTurn(ids) {
  for (const id of ids) turned.add(Number(id));
  document.dispatchEvent(new CustomEvent("photos:turned", { detail: { ids } }));
  announceChange();
}

/** Return a photo's data with its current size and rotation; the same data if it has not been turned. */
export async function withRotation(photo) {
  try {
    const { version, width, height, rotation, turn } = await fetchJson(addressOf(photo.id, "state"));
    return rotation === (photo.rotation ?? 0) ? photo : { ...photo, version, width, height, rotation, turn };
  } catch (error) {
    // The picture itself explains problems.
    if (!(error instanceof Problem)) throw error;
    return photo;
  }
}

/** Load the tiles again that the server rendered; the timeline renders its own. */
function refreshTiles(ids) {
  for (const id of ids) {
    const tile = document.querySelector(`.tiles .tile[data-photo="${id}"]`);
    // The marks around found words lie where the words were.
    tile?.parentElement.querySelector(":scope > .marks")?.remove();
    if (tile) window.htmx.ajax("GET", addressOf(id, "tile"), { target: tile, swap: "outerHTML" });
  }
}

document.addEventListener("photos:turned", ({ detail: { ids } }) => refreshTiles(ids));
document.addEventListener("photos:edited", () => refreshTiles(turned));
