/** The selection of photos: by checkbox, Shift and click, dragging or `x`, and the actions on selected photos. */

import "./archive.js";
import { announceChange, post, notify } from "./actions.js";
import { listenForDrags } from "./drag_selection.js";
import { send } from "./edits.js";
import { fetchIds } from "./photo_ids.js";
import { Problem } from "./requests.js";
import { messageOf } from "./problems.js";
import { announceTurn } from "./rotation.js";
import { isSelected, select, selected } from "./selected_photos.js";
import { announceRating } from "./tile_stars.js";
import { listOf } from "./tiles.js";

export { isSelected, select };

const { gettext, interpolate } = window.django;
const form = document.querySelector("#selection");
const drags = listenForDrags({ ended: (id) => { last = id; } });
let last = null; // the photo from which Shift selects a range

document.addEventListener("selection:changed", () => {
  form.querySelector(".selected-count").textContent = selected.size
    ? interpolate(gettext("%s selected"), [selected.size]) : "";
});

/** Select or deselect the photo of `tile`; with `range`, select all photos since the last one. */
async function toggle(tile, { range = false } = {}) {
  const id = Number(tile.dataset.photo);
  const on = !selected.has(id);
  try {
    const ids = range && last !== null ? await listOf(tile).between(last, id) : [];
    last = id;
    // A range is empty if its first photo is gone.
    select(ids.length ? ids : [id], range ? true : on);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notify(messageOf(error.kind), { failed: true });
  }
}

/** Select the photos of a month or day, such as 2023-05 or 2023-05-14, or without a key all that the page lists. */
async function selectMany(group = "") {
  try {
    if (!document.querySelector(".timeline")) {
      const tiles = [...document.querySelectorAll(".hits .tile[data-photo]")].filter((tile) => !tile.closest("[hidden]"));
      select(tiles.map((tile) => Number(tile.dataset.photo)), true);
      if (document.querySelector(".load-more [hx-get]")) notify(gettext("Selected the loaded photos. Scroll down to load more."));
      return;
    }
    const ids = await fetchIds(group ? { group } : {});
    select(ids, !(group && ids.every(isSelected)));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notify(messageOf(error.kind), { failed: true });
  }
}

document.addEventListener("click", (event) => {
  const group = event.target.closest("[data-select-group]");
  if (group) selectMany(group.dataset.selectGroup);
});

document.addEventListener("click", (event) => {
  if (drags.takesClick) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const tile = event.target.closest(".tile[data-photo]");
  if (!tile || event.ctrlKey || event.metaKey || event.target.closest(".failed")) return;
  const isCheck = event.target.closest(".check");
  if (!isCheck && !selected.size) return;
  // A label sends a second click to its checkbox; only that one counts.
  if (isCheck && !event.target.matches("input")) return;
  if (!isCheck) event.preventDefault();
  toggle(tile, { range: event.shiftKey });
}, { capture: true });

// Shift and click would select text.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest(".tile")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "a" || event.defaultPrevented) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open], :popover-open")) return;
  if (!document.querySelector(".timeline, .hits")) return;
  event.preventDefault();
  selectMany();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open], .dialog:popover-open")) return;
  const tile = document.querySelector(".tile[data-photo]:focus-within") ?? document.querySelector(".tile[data-photo]:hover");
  if (event.key === "x" && tile) toggle(tile);
  else if (event.key === "X" && tile) toggle(tile, { range: true });
  else if (event.key === "Escape" && selected.size) select([...selected], false);
  else if (event.key === "Delete" && selected.size) form.querySelector("[data-trash]").click();
  else if ((event.key === "r" || event.key === "R") && selected.size) {
    form.querySelector(`[data-turn][value="${event.key === "r" ? 90 : 270}"]`).click();
  }
});

form.addEventListener("reset", () => select([...selected], false));
form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  const url = button.getAttribute("formaction") ?? form.getAttribute("action");
  const ids = [...selected].join(",");
  if (button.matches("[data-download]")) {
    // The browser submits the form and shows the progress.
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
  if (button.closest("#describe")) fields.description = form.elements.description.value;
  if (button.closest("#add-to-album") && !button.name) fields.album_name = form.elements.album_name.value;
  if (button.closest("#pin")) fields.query = form.elements.query.value;
  form.ariaBusy = "true";
  const answer = await post(url, fields);
  form.ariaBusy = "false";
  if (!answer) return;
  for (const dialog of form.querySelectorAll("[popover]")) dialog.hidePopover();
  notify(answer.message, { undo: answer.undo, revert: answer.revert });
  if (button.name === "importance") announceRating([...selected], Number(button.value), answer.revert);
  if (answer.undo) removeTiles([...selected], answer.undo);
  else if (button.matches("[data-archive]")) announceChange();
  else if (button.matches("[data-turn]")) announceTurn(ids.split(","));
  if (answer.removed) document.dispatchEvent(new CustomEvent("album:removed", { detail: { ids: answer.removed } }));
  // Photos may need another turn.
  if (!button.matches("[data-turn]")) select([...selected], false);
});

document.addEventListener("submit", async (event) => {
  if (event.target.dataset.edit !== "selection") return;
  event.preventDefault();
  const ids = [...selected];
  if (await send(event.target, ids)) select(ids, false);
});

/** Hide the tiles of photos that were trashed at `moment`, until they are restored. */
export function removeTiles(ids, moment) {
  select(ids, false);
  for (const id of ids) {
    const tile = document.querySelector(`.tiles .tile[data-photo="${id}"]`);
    const item = tile?.closest("li") ?? tile;
    if (item) Object.assign(item, { hidden: true }).dataset.trashed = moment;
  }
  announceChange();
}

document.addEventListener("photos:restored", ({ detail: { moment } }) => {
  for (const item of document.querySelectorAll("[data-trashed]")) if (item.dataset.trashed === moment) item.hidden = false;
});
