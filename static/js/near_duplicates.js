/** Near-duplicates: hides groups when they are resolved, and shows them again after an undo. */

import { post, notify } from "./actions.js";
import "./viewer.js";

const { gettext, interpolate } = window.django;
const form = document.querySelector("#near-duplicates");

const openGroups = () => [...form.querySelectorAll(".group:not([hidden])")];

const removable = (groups) => groups.reduce((sum, group) => sum + Number(group.dataset.removable), 0);

/** Show the remaining groups and photos of all pages, and the button for this page. */
function show() {
  const groups = openGroups();
  const done = [...form.querySelectorAll(".group[hidden]")];
  const totals = [["totalGroups", "groups", done.length], ["totalRemovable", "removable", removable(done)]];
  for (const [key, name, resolved] of totals) {
    const figure = form.querySelector(`[data-total-${name}]`);
    figure.textContent = Number(figure.dataset[key]) - resolved;
  }
  const all = form.querySelector("[data-all]");
  all.textContent = interpolate(gettext("Keep the marked ones, move %s to trash"), [removable(groups)]);
  all.hidden = !groups.length;
  form.querySelector(".done").hidden = Boolean(groups.length);
}

/** Move the focus to the group after `group`. */
function focusNext(group) {
  const left = openGroups();
  const next = left.find((other) => group.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) ?? left.at(-1);
  (next ?? form.querySelector(".done")).querySelector("h2").focus();
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { submitter } = event;
  if (submitter.formMethod === "dialog") return;
  const groups = submitter.name === "only" ? [submitter.closest(".group")] : openGroups();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  // Send only the groups that this button resolves.
  for (const field of form.querySelectorAll("[name=group]")) field.disabled = !groups.includes(field.closest(".group"));
  const answer = await post(submitter.getAttribute("formaction") ?? form.action, new FormData(form));
  for (const field of form.querySelectorAll("[name=group]")) field.disabled = false;
  form.ariaBusy = "false";
  if (!answer) return;
  const left = groups.filter((group) => answer.left?.includes(Number(group.querySelector("[name=only]").value)));
  for (const group of left) group.querySelector(".not-changed").hidden = false;
  for (const group of groups.filter((other) => !left.includes(other))) {
    group.hidden = true;
    group.dataset.moment = answer.undo;
  }
  show();
  if (left.length) left[0].querySelector("h2").focus();
  else focusNext(groups.at(-1));
  notify(answer.message, { undo: answer.undo });
});

document.addEventListener("photos:restored", ({ detail: { moment } }) => {
  const groups = [...(form?.querySelectorAll(`.group[data-moment="${moment}"]`) ?? [])];
  for (const group of groups) group.hidden = false;
  if (!groups.length) return;
  show();
  groups[0].querySelector("h2").focus();
});
