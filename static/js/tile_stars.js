/** The stars on tiles: shown after every rating on the page, and given by keys to the tile at the focus or the pointer. */

import { notify, post } from "./actions.js";
import { selected } from "./selected_photos.js";

const { gettext, interpolate } = window.django;
const ALL = 5;
const undoable = new Map(); // the stars before ratings, by the addresses that undo them

/** Show the stars of a photo on its tile. */
export function showStars(tile, stars) {
  const mark = tile.querySelector(".stars") ?? makeMark(tile);
  mark.hidden = !stars;
  mark.querySelector("b").textContent = stars;
  mark.ariaLabel = interpolate(gettext("Importance %s of 5"), [stars]);
}

function makeMark(tile) {
  const mark = Object.assign(document.createElement("span"), { className: "stars", role: "img" });
  mark.append("★", document.createElement("b"));
  tile.append(mark);
  return mark;
}

function starsOn(tile) {
  const mark = tile.querySelector(".stars");
  return mark && !mark.hidden ? Number(mark.textContent.slice(1)) : 0;
}

function tilesOf(id) {
  return document.querySelectorAll(`.tile[data-photo="${id}"]`);
}

function rateOnPage(ids, importance) {
  for (const id of ids) for (const tile of tilesOf(id)) showStars(tile, importance);
  document.dispatchEvent(new CustomEvent("photos:rated", { detail: { ids, importance } }));
}

/** Photos have been rated: show it on the page. `revert` is the address that undoes the rating. */
export function announceRating(ids, importance, revert = "") {
  const before = ids.filter((id) => tilesOf(id).length).map((id) => [id, starsOn(tilesOf(id)[0])]);
  if (revert) undoable.set(revert, before);
  rateOnPage(ids, importance);
}

/** Give photos an importance. Resolves to false if that failed. */
export async function rate(ids, importance) {
  const address = document.querySelector(".rate [formaction]").getAttribute("formaction");
  const answer = await post(address, { photo: ids.join(","), importance });
  if (!answer) return false;
  announceRating(ids, Number(importance), answer.revert);
  notify(answer.message, { revert: answer.revert });
  return true;
}

/** Return the importance that the key `f` gives: none if all photos are known to have five stars, otherwise five. */
function toggled(ids) {
  return ids.every((id) => tilesOf(id).length && starsOn(tilesOf(id)[0]) === ALL) ? 0 : ALL;
}

function isTyping({ target }) {
  return target.closest("input:not([type=checkbox]), textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (!/^[0-5f]$/.test(event.key) || document.querySelector("dialog[open], .dialog:popover-open")) return;
  const tile = document.querySelector(".tile[data-photo]:focus-within") ?? document.querySelector(".tile[data-photo]:hover");
  const ids = selected.size ? [...selected] : tile ? [Number(tile.dataset.photo)] : [];
  if (!ids.length) return;
  const importance = event.key === "f" ? toggled(ids) : Number(event.key);
  if (!selected.size) rate(ids, importance);
  else document.querySelector(`.rate [name=importance][value="${importance}"]`).click();
});
document.addEventListener("photos:edited", ({ detail }) => {
  for (const [id, stars] of undoable.get(detail?.revert) ?? []) rateOnPage([id], stars);
});
// The form in the information of the lightbox.
document.addEventListener("htmx:afterRequest", ({ detail: { successful, requestConfig } }) => {
  const id = successful && requestConfig.elt.matches("form.edit") && /\/(\d+)\/edit$/.exec(requestConfig.path)?.[1];
  if (id) announceRating([Number(id)], Number(requestConfig.parameters.importance));
});
