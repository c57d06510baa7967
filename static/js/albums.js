/** The page of an album: photos removed from it leave the page, and moves keep the place and the focus. */

import { post } from "./actions.js";

document.addEventListener("album:removed", ({ detail: { ids } }) => {
  for (const id of ids) document.querySelector(`.tiles .tile[data-photo="${id}"]`)?.closest("li")?.remove();
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
  if (!other) location.reload();
  else if (submitter.value === "later") other.after(item);
  else other.before(item);
  submitter.focus();
});
