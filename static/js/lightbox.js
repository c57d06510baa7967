/** The lightbox: a photo over the page that it was opened from, with its neighbours there and all that is known of it. */

import { announceChange, post, tell } from "./actions.js";
import { ask, onReturn, Problem } from "./asking.js";
import "./matches.js";
import { kindOf, problemView, sentenceOf } from "./problems.js";
import "./region.js";
import { choose, isChosen, removeTiles } from "./selection.js";
import { addressOf, listOf, showPlaceholder } from "./tiles.js";
import { Zoom } from "./zoom.js";

const { gettext } = window.django;
const ORIGINAL_FROM = 1.5; // the scale from which the preview is too coarse
const REMEMBERED = "lightbox-information";

const dialog = document.querySelector("#lightbox");
const stage = dialog.querySelector(".lightbox-stage");
const picture = dialog.querySelector(".picture");
const missing = dialog.querySelector(".lightbox-missing");
const about = dialog.querySelector(".lightbox-about");
const choice = dialog.querySelector(".choose input");
const zoom = new Zoom(stage, picture, { turn, zoomed: sharpen });
const title = document.title;
let photo = null;
let list = null;
let beside = new Map(); // the neighbours by step, for when the list no longer has this photo
let problem = ""; // the kind of Problem that kept the last neighbour from loading
let removed = 0; // the number of the photo that is on its way into the bin

/** The address of a photo's page, with the words by which it was found. */
function pageOf(found) {
  return addressOf(found.id) + (found.query ?? "");
}

/** Open a photo of `source`, in a new entry of the history. */
function open(found, source) {
  list = source;
  history.pushState({ lightbox: found.id }, "", pageOf(found));
  show(found);
}

function show(found) {
  photo = found;
  if (!dialog.open) dialog.showModal();
  document.documentElement.classList.add("viewing");
  picture.dataset.photo = photo.id;
  document.title = `${photo.name} · photosearch`;
  dialog.querySelector(".lightbox-name").textContent = photo.name;
  dialog.querySelector("[data-original]").href = addressOf(photo.id, "original");
  choice.checked = isChosen(photo.id);
  showPicture();
  showAbout();
  showNeighbours();
  picture.dispatchEvent(new CustomEvent("photo:shown", { bubbles: true, detail: { id: photo.id } }));
}

function showPicture() {
  const shown = photo;
  const image = new Image();
  image.alt = photo.name;
  image.draggable = false;
  image.addEventListener("error", () => explain(shown));
  if (!photo.broken) image.src = preview(photo);
  picture.querySelector("img").remove();
  picture.prepend(image);
  showPlaceholder(picture, photo.placeholder);
  showProblem(photo.broken ? "broken" : "");
  zoom.fit(photo.width, photo.height);
}

/** Show a message in place of the picture; without a `kind`, the picture. */
function showProblem(kind) {
  picture.hidden = photo.broken;
  picture.querySelector("img").hidden = Boolean(kind);
  missing.hidden = !kind;
  missing.replaceChildren(...(kind ? [problemView(kind, { id: photo.id, retry: showAgain })] : []));
}

function showAgain() {
  showPicture();
  showAbout();
}

/** Say why the picture could not be loaded, or why it cannot be changed. */
async function explain(shown) {
  const kind = await kindOf(shown.id);
  const isGone = ["trashed", "gone"].includes(kind);
  if (isGone) announceChange();
  if (photo !== shown || !dialog.open) return;
  const hasPicture = picture.querySelector("img").naturalWidth > 0;
  if (isGone || !hasPicture) showProblem(kind);
}

function preview(other) {
  return other.version ? `${addressOf(other.id, "preview")}?v=${other.version}` : addressOf(other.id, "original");
}

/** Zoomed in, the preview gives way to the original, if the browser can show that. */
function sharpen(scale) {
  const image = picture.querySelector("img");
  if (scale < ORIGINAL_FROM || !photo.version || image.dataset.sharp) return;
  image.dataset.sharp = "true";
  const original = new Image();
  original.src = addressOf(photo.id, "original");
  original.decode().then(() => { image.src = original.src; }, () => {});
}

/** The neighbour; null at the ends, undefined if it is unknown at the moment. */
async function neighbourOf(shown, step) {
  try {
    const neighbour = await list.neighbour(shown.id, step);
    return neighbour === undefined ? beside.get(step) : neighbour;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (photo === shown) problem = error.kind;
    return undefined;
  }
}

async function showNeighbours() {
  const shown = photo;
  beside = new Map();
  for (const [act, step] of [["previous", -1], ["next", 1]]) {
    const neighbour = await neighbourOf(shown, step);
    if (photo !== shown) return;
    if (neighbour !== undefined) beside.set(step, neighbour);
    dialog.querySelector(`.turn[data-act=${act}]`).hidden = neighbour === null;
    if (neighbour && !neighbour.broken) new Image().src = preview(neighbour);
  }
}

async function showAbout() {
  const isOpen = localStorage.getItem(REMEMBERED) === "open";
  about.hidden = !isOpen;
  dialog.querySelector("[data-act=information]").ariaExpanded = String(isOpen);
  if (!isOpen) return;
  const shown = photo;
  try {
    const text = await ask(addressOf(shown.id), { headers: { "HX-Request": "true" } });
    if (photo !== shown) return;
    about.innerHTML = text;
    window.htmx.process(about);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const kind = error.kind === "gone" ? await kindOf(shown.id) : error.kind;
    if (photo === shown) about.replaceChildren(problemView(kind, { id: shown.id, retry: showAgain }));
  }
}

async function turn(step) {
  const shown = photo;
  problem = "";
  const neighbour = await neighbourOf(shown, step);
  if (photo !== shown || !dialog.open) return;
  if (problem) tell(sentenceOf(problem), { failed: true });
  if (!neighbour) return;
  history.replaceState({ lightbox: neighbour.id }, "", pageOf(neighbour));
  show(neighbour);
}

async function remove() {
  const doomed = photo;
  // Pressed twice, it would be about this photo again, and not about the next.
  if (removed === doomed.id) return;
  removed = doomed.id;
  const neighbour = await neighbourOf(doomed, 1) ?? await neighbourOf(doomed, -1);
  const answer = await post(addressOf(doomed.id, "delete"), {});
  removed = 0;
  if (!answer) {
    explain(doomed);
    return;
  }
  tell(answer.message, { undo: answer.undo });
  if (neighbour) {
    history.replaceState({ lightbox: neighbour.id }, "", pageOf(neighbour));
    show(neighbour);
  } else {
    close();
  }
  removeTiles([doomed.id], answer.undo);
}

async function rate(importance) {
  const rated = photo;
  const radio = about.querySelector(`input[name=importance][value="${importance}"]`);
  if (radio && !about.hidden) {
    radio.click();
    return;
  }
  const answer = await post(document.querySelector(".rate [formaction]").getAttribute("formaction"), { photo: photo.id, importance });
  if (answer) tell(answer.message);
  else explain(rated);
}

function close() {
  if (history.state?.lightbox) history.back();
  else putAway();
}

function putAway() {
  if (!dialog.open) return;
  dialog.close();
  document.documentElement.classList.remove("viewing");
  document.title = title;
  about.replaceChildren();
  picture.dispatchEvent(new CustomEvent("photo:closed", { bubbles: true, detail: { id: photo.id } }));
}

const ACTS = {
  close,
  delete: remove,
  previous: () => turn(-1),
  next: () => turn(1),
  information: () => {
    localStorage.setItem(REMEMBERED, about.hidden ? "open" : "");
    showAbout();
  },
};

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
about.addEventListener("htmx:responseError", () => explain(photo));
onReturn(() => {
  if (dialog.open && (!missing.hidden || about.querySelector(".problem"))) showAgain();
});
dialog.addEventListener("click", (event) => ACTS[event.target.closest("[data-act]")?.dataset.act]?.());
dialog.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-delete]")) return;
  event.preventDefault();
  remove();
});
dialog.addEventListener("match:shown", (event) => {
  event.preventDefault();
  zoom.centre(event.target.getBoundingClientRect());
});
choice.addEventListener("change", () => choose([photo.id], choice.checked));
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  close();
});
addEventListener("popstate", async (event) => {
  const id = event.state?.lightbox;
  if (!id) {
    // The page below is there already: nothing for htmx to ask for.
    if (dialog.open) event.stopImmediatePropagation();
    putAway();
    return;
  }
  const found = await list?.photo(id);
  if (!found) {
    location.reload();
    return;
  }
  show(found);
});
// Not of the dialog: when what had the focus goes, keys are the document's.
document.addEventListener("keydown", (event) => {
  if (!dialog.open || document.querySelector("dialog[open]:not(#lightbox)")) return;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("textarea, input:not([type=checkbox], [type=radio])")) return;
  const isRadio = event.target.matches("[type=radio]");
  const act = { ArrowLeft: ACTS.previous, ArrowRight: ACTS.next, i: ACTS.information, Delete: remove }[event.key];
  if (act && !(isRadio && event.key.startsWith("Arrow"))) act();
  else if (event.key === "x") choice.click();
  else if (/^[0-5]$/.test(event.key)) rate(event.key);
  else if (event.key === "+" || event.key === "=") zoom.zoomTo(zoom.scale * 1.5);
  else if (event.key === "-") zoom.zoomTo(zoom.scale / 1.5);
  else return;
  event.preventDefault();
});
