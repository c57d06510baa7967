/** Check marks at the headings of days and months: they show whether none, some or all photos are selected. */

import { countsOfGroups } from "./selected_photos.js";

const { gettext, interpolate } = window.django;
let counts = new Map();

/** Return the check mark of a `group` ({key, count}), whose full date is `name`. A press is handled by selection.js. */
export function makeGroupCheck({ key, count }, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "group-check";
  button.role = "checkbox";
  button.dataset.selectGroup = key;
  button.dataset.count = count;
  button.ariaLabel = button.title = interpolate(gettext("Select all photos of %s"), [name]);
  show(button);
  return button;
}

function show(button) {
  const { selectGroup, count } = button.dataset;
  const chosen = counts.get(selectGroup) ?? 0;
  button.ariaChecked = chosen === 0 ? "false" : chosen < Number(count) ? "mixed" : "true";
}

document.addEventListener("selection:changed", () => {
  counts = countsOfGroups();
  for (const button of document.querySelectorAll("[data-select-group]")) show(button);
});

// The pointer on a photo shows the marks of its day and month.
document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "touch") return;
  const day = target.closest(".tile[data-day]")?.dataset.day ?? "";
  for (const heading of document.querySelectorAll(".timeline [data-group]")) {
    heading.classList.toggle("is-near", day.startsWith(heading.dataset.group));
  }
});
