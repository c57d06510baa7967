/** Photos that are chosen: by check mark, by Shift for all between, by `x`; and what is done with them. */

import { announceChange, post, tell } from "./actions.js";
import { Problem } from "./asking.js";
import { sentenceOf } from "./problems.js";
import { listOf } from "./tiles.js";

const { gettext, interpolate } = window.django;
const form = document.querySelector("#selection");
const LONG_PRESS = 450; // milliseconds
const AFTERWARDS = 100; // milliseconds
const chosen = new Set();
let last = null;
// Whether a finger chose the tile that it lies on, or was just lifted from.
let isHeld = false;

export function isChosen(id) {
  return chosen.has(id);
}

/** Choose photos, or no longer. */
export function choose(ids, on) {
  for (const id of ids) {
    if (on) chosen.add(id);
    else chosen.delete(id);
  }
  show();
}

/** Show on `tile` whether its photo is chosen. */
export function mark(tile) {
  const on = chosen.has(Number(tile.dataset.photo));
  tile.classList.toggle("is-chosen", on);
  const box = tile.querySelector(".check input");
  if (box) box.checked = on;
}

function show() {
  document.documentElement.classList.toggle("choosing", chosen.size > 0);
  form.querySelector(".chosen").textContent = chosen.size
    ? interpolate(gettext("%s selected"), [chosen.size]) : "";
  for (const tile of document.querySelectorAll(".tile[data-photo]")) mark(tile);
  document.dispatchEvent(new CustomEvent("photos:chosen"));
}

/** Turn the choice of a tile's photo round; with `range`, that of all since the one before. */
async function turn(tile, { range = false } = {}) {
  const id = Number(tile.dataset.photo);
  const on = !chosen.has(id);
  try {
    const ids = range && last !== null ? await listOf(tile).between(last, id) : [id];
    last = id;
    choose(ids, range ? true : on);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    tell(sentenceOf(error.kind), { failed: true });
  }
}

document.addEventListener("click", (event) => {
  if (isHeld) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const tile = event.target.closest(".tile[data-photo]");
  if (!tile || event.ctrlKey || event.metaKey || event.target.closest(".failed")) return;
  const isCheck = event.target.closest(".check");
  if (!isCheck && !chosen.size) return;
  // A label sends a second click to its box, which alone is answered.
  if (isCheck && !event.target.matches("input")) return;
  if (!isCheck) event.preventDefault();
  turn(tile, { range: event.shiftKey });
}, { capture: true });

/** A finger that stays on a tile chooses it; what the browser makes of that otherwise is not wanted. */
let press = 0;
document.addEventListener("pointerdown", (event) => {
  const tile = event.target.closest(".tile[data-photo]");
  if (!tile || event.pointerType !== "touch" || chosen.size) return;
  press = setTimeout(() => {
    isHeld = true;
    turn(tile);
  }, LONG_PRESS);
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    clearTimeout(press);
    // Some browsers send a click after it, some do not.
    setTimeout(() => { isHeld = false; }, AFTERWARDS);
  });
}
document.addEventListener("contextmenu", (event) => {
  if (event.pointerType === "touch" && event.target.closest(".tile[data-photo]")) event.preventDefault();
});

// Shift and click would select text.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest(".tile")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open], .dialog:popover-open")) return;
  const tile = document.querySelector(".tile[data-photo]:focus-within") ?? document.querySelector(".tile[data-photo]:hover");
  if (event.key === "x" && tile) turn(tile);
  else if (event.key === "X" && tile) turn(tile, { range: true });
  else if (event.key === "Escape" && chosen.size) choose([...chosen], false);
  else if (event.key === "Delete" && chosen.size) form.querySelector("[data-bin]").click();
  else if (/^[0-5]$/.test(event.key) && chosen.size) form.querySelector(`[name=importance][value="${event.key}"]`).click();
});

form.addEventListener("reset", () => choose([...chosen], false));
form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  const url = button.getAttribute("formaction") ?? form.getAttribute("action");
  const ids = [...chosen].join(",");
  if (url.endsWith("/download")) {
    // The browser's own affair, which shows how far it is.
    form.querySelector("[data-ids]")?.remove();
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "photo", value: ids });
    field.dataset.ids = "";
    form.append(field);
    return;
  }
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  const fields = { photo: ids };
  if (button.name) fields[button.name] = button.value;
  if (url.endsWith("/description")) fields.description = form.elements.description.value;
  form.ariaBusy = "true";
  const answer = await post(url, fields);
  form.ariaBusy = "false";
  if (!answer) return;
  document.querySelector("#describe").hidePopover();
  tell(answer.message, { undo: answer.undo });
  if (answer.undo) removeTiles([...chosen], answer.undo);
  choose([...chosen], false);
});

/** Photos have gone into the bin at `moment`: their tiles are kept out of sight until they are restored. */
export function removeTiles(ids, moment) {
  choose(ids, false);
  for (const id of ids) {
    const tile = document.querySelector(`.tiles .tile[data-photo="${id}"]`);
    const item = tile?.closest("li") ?? tile;
    if (item) Object.assign(item, { hidden: true }).dataset.binned = moment;
  }
  announceChange();
}

document.addEventListener("photos:restored", ({ detail: { moment } }) => {
  for (const item of document.querySelectorAll("[data-binned]")) if (item.dataset.binned === moment) item.hidden = false;
});
document.addEventListener("htmx:load", (event) => {
  for (const tile of event.target.querySelectorAll?.(".tile[data-photo]") ?? []) mark(tile);
});
