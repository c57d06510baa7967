/** The page of an album: photos removed from it leave the page, and the order by hand. */

import { announceChange, notify, post } from "./actions.js";
import "./sorting.js";

document.addEventListener("album:removed", ({ detail: { ids } }) => {
  for (const id of ids) {
    const tile = document.querySelector(`#album-photos .tile[data-photo="${id}"]`);
    (tile?.closest("li") ?? tile)?.remove();
  }
  announceChange();
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-moves]");
  if (!form) return;
  event.preventDefault();
  const { submitter } = event;
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const answer = await post(form.action, { photo: form.elements.photo.value, step: submitter.value });
  form.ariaBusy = "false";
  if (!answer) return;
  const item = form.closest("li");
  const other = submitter.value === "later" ? item.nextElementSibling : item.previousElementSibling;
  // The neighbour may be on another page.
  if (!other) {
    location.reload();
    return;
  }
  if (submitter.value === "later") other.after(item);
  else other.before(item);
  notify(answer.message);
  submitter.focus();
});
