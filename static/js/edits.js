/**
 * Forms that change dates and places, of one photo or of the selection.
 *
 * After a change the document gets a `photos:edited` event, so that the page shows the new values.
 */

import { announceChange, notify, post } from "./actions.js";
import "./combobox.js";
import { fetchText, Problem } from "./requests.js";

/** Show the errors beside their fields, and focus the first wrong one. */
function showErrors(form, errors) {
  for (const place of form.querySelectorAll("[data-errors]")) {
    const name = place.dataset.errors;
    place.textContent = (errors[name] ?? []).join(" ");
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (errors[name]) {
        field.ariaInvalid = "true";
        field.setAttribute("aria-describedby", place.id);
      } else {
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
      }
    }
  }
  form.querySelector("[aria-invalid=true]")?.focus();
}

/** Return the fields of a form; of a selection with the ids of its photos. */
function fieldsOf(form, ids) {
  const fields = Object.fromEntries(new FormData(form));
  delete fields.next;
  return ids ? { ...fields, photo: ids.join(",") } : fields;
}

/** Send the form by a request and close it, or show what is wrong. Resolves to true if the change was made. */
export async function send(form, ids = null) {
  if (form.ariaBusy === "true") return false;
  form.ariaBusy = "true";
  const answer = await post(form.action, fieldsOf(form, ids), { showErrors: (errors) => showErrors(form, errors) });
  form.ariaBusy = "false";
  if (!answer) return false;
  showErrors(form, {});
  if (form.popover) form.hidePopover();
  notify(answer.message, { revert: answer.revert });
  document.dispatchEvent(new CustomEvent("photos:edited"));
  announceChange();
  return true;
}

/** Show the current values of the photo on the page or in the lightbox; a description that is being typed stays. */
async function refreshPhoto() {
  const { page } = document.querySelector(".date-and-place")?.dataset ?? {};
  if (!page) return;
  try {
    const text = await fetchText(page, { headers: { "HX-Request": "true" } });
    const fresh = new DOMParser().parseFromString(text, "text/html");
    // The lightbox may show another photo by now.
    if (document.querySelector(".date-and-place")?.dataset.page !== page) return;
    replace(".date-and-place", fresh);
    const typed = document.querySelector(".edit textarea");
    if (typed.value === typed.defaultValue) window.htmx.process(replace(".edit", fresh));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

/** Replace an element by the one of the document `fresh`, and keep the focus on its button. Return the new one. */
function replace(selector, fresh) {
  const shown = document.querySelector(selector);
  const found = fresh.querySelector(selector);
  const target = shown.contains(document.activeElement) ? document.activeElement.getAttribute("popovertarget") : null;
  shown.replaceWith(found);
  if (target) found.querySelector(`[popovertarget="${target}"]`).focus();
  return found;
}

document.addEventListener("submit", (event) => {
  if (event.target.dataset.edit !== "photo") return;
  event.preventDefault();
  send(event.target);
});
document.addEventListener("photos:edited", refreshPhoto);
// Errors belong to the previous attempt.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-edit]") && event.newState === "open") showErrors(event.target, {});
}, { capture: true });
