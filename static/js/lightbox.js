/** The lightbox: shows a photo over its page, with its information panel and the neighbours in its list. */

import { announceChange, post, notify } from "./actions.js";
import { Gestures } from "./gestures.js";
import { fetchText, onReturn, Problem } from "./requests.js";
import "./matches.js";
import { listenForKeys } from "./lightbox_keys.js";
import { moves, showOriginal } from "./motion.js";
import { problemKindOf, problemView, messageOf } from "./problems.js";
import "./region.js";
import { select, isSelected, removeTiles } from "./selection.js";
import { rotatePhoto, showTurned, withRotation } from "./rotation.js";
import { Slideshow } from "./slideshow.js";
import { Stars } from "./stars.js";
import { addressOf, listOf, showPlaceholder } from "./tiles.js";
import { Zoom } from "./zoom.js";

const ORIGINAL_SCALE = 1.5; // from this enlargement on the original replaces the preview
const PANEL_STATE = "lightbox-information"; // key in localStorage

const dialog = document.querySelector("#lightbox");
const stage = dialog.querySelector(".lightbox-stage");
const picture = dialog.querySelector(".picture");
const missing = dialog.querySelector(".lightbox-missing");
const panel = dialog.querySelector(".lightbox-information");
const checkbox = dialog.querySelector(".select-photo input");
const zoom = new Zoom(stage, picture, { zoomed });
const slideshow = new Slideshow(dialog.querySelector("[data-act=slideshow]"), { next: () => turn(1) });
const stars = new Stars(dialog.querySelector("[data-act=favourite]"), { panel, failed: () => explain(photo) });
const title = document.title;
let photo = null;
let list = null;
let knownNeighbours = new Map(); // by step; used if the list no longer has this photo
let problem = ""; // the kind of Problem that kept the last neighbour from loading
let beingRemoved = 0; // id of the photo that is being moved to the trash

/** Return the address of a photo's page, with the query that found it. */
function pageOf(found) {
  return addressOf(found.id) + (found.query ?? "");
}

/** Open a photo of the list `source`, as a new history entry. */
function open(found, source) {
  list = source;
  history.pushState({ lightbox: found.id }, "", pageOf(found));
  show(found);
}

function show(found) {
  photo = found;
  if (!dialog.open) {
    dialog.showModal();
    dialog.focus(); // Not the first button, which Space would press.
  }
  document.documentElement.classList.add("viewing");
  picture.dataset.photo = photo.id;
  document.title = `${photo.name} · photosearch`;
  dialog.querySelector(".lightbox-name").textContent = photo.name;
  dialog.querySelector("[data-original]").href = addressOf(photo.id, "original");
  checkbox.checked = isSelected(photo.id);
  showPicture();
  stars.show(photo);
  showInformation();
  showNeighbours();
  slideshow.wait(picture.querySelector("img"));
  picture.dispatchEvent(new CustomEvent("photo:shown", { bubbles: true, detail: { id: photo.id } }));
}

function showPicture() {
  const shown = photo;
  const image = new Image();
  image.alt = photo.name;
  image.draggable = false;
  image.addEventListener("error", () => explain(shown));
  if (!photo.broken) image.src = preview(photo);
  showTurned(image, photo.version ? photo.turn : photo.rotation);
  picture.querySelector("img").remove();
  picture.prepend(image);
  showPlaceholder(picture, photo.placeholder);
  if (photo.version && moves(photo)) sharpen(ORIGINAL_SCALE);
  showProblem(photo.broken ? "broken" : "");
  zoom.fit(photo.width, photo.height);
}

/** Show the message for a `kind` of problem instead of the picture, or the picture if `kind` is empty. */
function showProblem(kind) {
  picture.hidden = photo.broken;
  picture.querySelector("img").hidden = Boolean(kind);
  missing.hidden = !kind;
  missing.replaceChildren(...(kind ? [problemView(kind, { id: photo.id, retry: showAgain })] : []));
}

function showAgain() {
  showPicture();
  showInformation();
}

/** Show why the picture could not be loaded or changed. */
async function explain(shown) {
  const kind = await problemKindOf(shown.id);
  const isGone = ["trashed", "gone"].includes(kind);
  if (isGone) announceChange();
  if (photo !== shown || !dialog.open) return;
  const hasPicture = picture.querySelector("img").naturalWidth > 0;
  if (isGone || !hasPicture) showProblem(kind);
}

function preview(other) {
  return other.version ? `${addressOf(other.id, "preview")}?v=${other.version}` : addressOf(other.id, "original");
}

function zoomed(scale) {
  if (scale > 1) slideshow.stop();
  sharpen(scale);
}

/** Replace the preview by the original when zoomed in. */
function sharpen(scale) {
  const image = picture.querySelector("img");
  if (scale < ORIGINAL_SCALE || !photo.version || image.dataset.sharp) return;
  image.dataset.sharp = "true";
  showOriginal(image, photo.id, photo.rotation);
}

/** Return the neighbour; null at the ends, undefined if it is unknown at the moment. */
async function neighbourOf(shown, step) {
  try {
    const neighbour = await list.neighbour(shown.id, step);
    return neighbour === undefined ? knownNeighbours.get(step) : neighbour;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (photo === shown) problem = error.kind;
    return undefined;
  }
}

async function showNeighbours() {
  const shown = photo;
  knownNeighbours = new Map();
  for (const [act, step] of [["previous", -1], ["next", 1]]) {
    const neighbour = await neighbourOf(shown, step);
    if (photo !== shown) return;
    if (neighbour !== undefined) knownNeighbours.set(step, neighbour);
    dialog.querySelector(`.turn[data-act=${act}]`).hidden = neighbour === null;
    if (neighbour && !neighbour.broken) new Image().src = preview(neighbour);
  }
}

async function showInformation() {
  const isOpen = localStorage.getItem(PANEL_STATE) === "open";
  panel.hidden = !isOpen;
  dialog.querySelector("[data-act=information]").ariaExpanded = String(isOpen);
  if (!isOpen) return;
  const shown = photo;
  try {
    const text = await fetchText(addressOf(shown.id), { headers: { "HX-Request": "true" } });
    if (photo !== shown) return;
    panel.innerHTML = text;
    window.htmx.process(panel);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const kind = error.kind === "gone" ? await problemKindOf(shown.id) : error.kind;
    if (photo === shown) panel.replaceChildren(problemView(kind, { id: shown.id, retry: showAgain }));
  }
}

async function turn(step) {
  const shown = photo;
  problem = "";
  const neighbour = await neighbourOf(shown, step);
  if (photo !== shown || !dialog.open) return;
  if (problem) notify(messageOf(problem), { failed: true });
  if (!neighbour) {
    slideshow.stop();
    return;
  }
  history.replaceState({ lightbox: neighbour.id }, "", pageOf(neighbour));
  show(neighbour);
}

async function remove() {
  const deleted = photo;
  // A second key press while the request runs means the same photo.
  if (beingRemoved === deleted.id) return;
  beingRemoved = deleted.id;
  const neighbour = await neighbourOf(deleted, 1) ?? await neighbourOf(deleted, -1);
  const answer = await post(addressOf(deleted.id, "delete"), {});
  beingRemoved = 0;
  if (!answer) {
    explain(deleted);
    return;
  }
  notify(answer.message, { undo: answer.undo });
  if (neighbour) {
    history.replaceState({ lightbox: neighbour.id }, "", pageOf(neighbour));
    show(neighbour);
  } else {
    close();
  }
  removeTiles([deleted.id], answer.undo);
}

/** Show the photo as it is turned by now. */
async function refreshTurned() {
  if (!dialog.open) return;
  const shown = photo;
  const found = await withRotation(shown);
  if (photo === shown && found !== shown) show(found);
}

function close() {
  if (history.state?.lightbox) history.back();
  else closeDialog();
}

function closeDialog() {
  if (!dialog.open) return;
  dialog.close();
  slideshow.stop();
  document.documentElement.classList.remove("viewing");
  document.title = title;
  panel.replaceChildren();
  picture.dispatchEvent(new CustomEvent("photo:closed", { bubbles: true, detail: { id: photo.id } }));
}

const ACTIONS = {
  close,
  delete: remove,
  previous: () => turn(-1),
  next: () => turn(1),
  information: () => openInformation(panel.hidden),
  slideshow: () => slideshow.toggle(picture.querySelector("img")),
  favourite: () => stars.toggle(),
  rotateLeft: () => rotatePhoto(photo.id, 270),
  rotateRight: () => rotatePhoto(photo.id, 90),
};

/** Acts of swipes, which move the picture in their direction. */
const SWIPES = {
  left: ACTIONS.next,
  right: ACTIONS.previous,
  up: () => openInformation(true),
  down: () => (panel.hidden ? close() : openInformation(false)),
};

function openInformation(isOpen) {
  localStorage.setItem(PANEL_STATE, isOpen ? "open" : "");
  showInformation();
}

new Gestures(zoom, { swiped: (direction) => SWIPES[direction]() });
listenForKeys(dialog, { acts: ACTIONS, zoom, rate: (importance) => stars.rate(importance), select: () => checkbox.click() });

document.addEventListener("click", async (event) => {
  const tile = event.target.closest(".tile[data-photo]");
  if (!tile || !event.target.closest("a") || dialog.contains(tile)) return;
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const source = listOf(tile);
  const found = await source.photo(Number(tile.dataset.photo));
  if (found) open(found, source);
  else location.assign(event.target.closest("a").href);
});
panel.addEventListener("htmx:responseError", () => explain(photo));
onReturn(() => {
  if (dialog.open && (!missing.hidden || panel.querySelector(".problem"))) showAgain();
});
dialog.addEventListener("click", (event) => ACTIONS[event.target.closest("[data-act]")?.dataset.act]?.());
dialog.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-delete], [data-turn-photo]")) return;
  event.preventDefault();
  if (event.submitter.name === "turn") rotatePhoto(photo.id, event.submitter.value);
  else remove();
});
dialog.addEventListener("match:shown", (event) => {
  event.preventDefault();
  zoom.showWords(event.detail);
});
for (const type of ["photos:turned", "photos:edited"]) document.addEventListener(type, refreshTurned);
checkbox.addEventListener("change", () => select([photo.id], checkbox.checked));
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  close();
});
addEventListener("popstate", async (event) => {
  const id = event.state?.lightbox;
  if (!id) {
    // The page below is still there, so htmx must not reload it.
    if (dialog.open) event.stopImmediatePropagation();
    closeDialog();
    return;
  }
  const found = await list?.photo(id);
  if (!found) {
    location.reload();
    return;
  }
  show(found);
});
