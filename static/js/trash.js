/** The trash: ticking photos, ranges of them or the whole page, and the toolbar while any are ticked. */

import "./actions.js";
import "./tiles.js";

const { gettext, interpolate } = window.django;
const form = document.querySelector("#trash-selection");
const boxes = [...document.querySelectorAll(".trashed .check input")];
let last = null;

function show() {
  const count = boxes.filter((box) => box.checked).length;
  document.documentElement.classList.toggle("selecting", count > 0);
  form.querySelector(".selected-count").textContent = interpolate(gettext("%s selected"), [count]);
}

function tickAll() {
  for (const box of boxes) box.checked = true;
  show();
}

/** Give all photos between `last` and `box` the state of `box`. */
function tickRange(box) {
  const [first, end] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  for (const other of boxes.slice(Math.max(first, 0), end + 1)) other.checked = box.checked;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest(".trashed .check input");
  if (!box) return;
  if (event.shiftKey && last) tickRange(box);
  last = box;
  show();
});
// While photos are ticked, a click on a picture ticks it too, as in the timeline.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".trashed .tile > a");
  if (!link || event.ctrlKey || event.metaKey || !boxes.some((box) => box.checked)) return;
  event.preventDefault();
  link.parentElement.querySelector("input").dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: event.shiftKey }));
}, { capture: true });
// Shift and click would select text.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest(".trashed")) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || document.querySelector(":popover-open")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
    event.preventDefault();
    tickAll();
  } else if (event.key === "Escape") {
    form.reset();
  }
});
form?.querySelector("[data-select-all]").addEventListener("click", tickAll);
form?.addEventListener("reset", () => setTimeout(show));
if (form) show();
