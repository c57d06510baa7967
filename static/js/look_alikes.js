/** Look-alikes: groups go from the page as they are dealt with, and come back when that is undone. */

import { post, tell } from "./actions.js";
import "./viewer.js";

const { gettext, interpolate } = window.django;
const form = document.querySelector("#look-alikes");

const waiting = () => [...form.querySelectorAll(".group:not([hidden])")];

const going = (groups) => groups.reduce((sum, group) => sum + Number(group.dataset.going), 0);

/** How much there is to do on all pages, and on this one. */
function show() {
  const groups = waiting();
  const done = [...form.querySelectorAll(".group[hidden]")];
  for (const [total, gone] of [["groups", done.length], ["others", going(done)]]) {
    const figure = form.querySelector(`[data-${total}]`);
    figure.textContent = Number(figure.dataset[total]) - gone;
  }
  const all = form.querySelector("[data-all]");
  all.textContent = interpolate(gettext("Keep the marked ones, move %s to trash"), [going(groups)]);
  all.hidden = !groups.length;
  form.querySelector(".done").hidden = Boolean(groups.length);
}

/** Where one goes on after `group`. */
function goOn(group) {
  const left = waiting();
  const next = left.find((other) => group.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) ?? left.at(-1);
  (next ?? form.querySelector(".done")).querySelector("h2").focus();
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { submitter } = event;
  if (submitter.formMethod === "dialog") return;
  const groups = submitter.name === "only" ? [submitter.closest(".group")] : waiting();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  // What is not shown any more has been dealt with.
  for (const field of form.querySelectorAll("[name=group]")) field.disabled = !groups.includes(field.closest(".group"));
  const answer = await post(submitter.getAttribute("formaction") ?? form.action, new FormData(form));
  for (const field of form.querySelectorAll("[name=group]")) field.disabled = false;
  form.ariaBusy = "false";
  if (!answer) return;
  const left = groups.filter((group) => answer.left?.includes(Number(group.querySelector("[name=only]").value)));
  for (const group of left) group.querySelector(".left-alone").hidden = false;
  for (const group of groups.filter((other) => !left.includes(other))) {
    group.hidden = true;
    group.dataset.moment = answer.undo;
  }
  show();
  if (left.length) left[0].querySelector("h2").focus();
  else goOn(groups.at(-1));
  tell(answer.message, { undo: answer.undo });
});

document.addEventListener("photos:restored", ({ detail: { moment } }) => {
  const groups = [...(form?.querySelectorAll(`.group[data-moment="${moment}"]`) ?? [])];
  for (const group of groups) group.hidden = false;
  if (!groups.length) return;
  show();
  groups[0].querySelector("h2").focus();
});
