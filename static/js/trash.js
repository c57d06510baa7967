/** The trash: shows the number of selected photos, and the toolbar while there are any. */

import "./actions.js";
import "./tiles.js";

const { gettext, interpolate } = window.django;
const form = document.querySelector("#trash-selection");

function show() {
  const count = document.querySelectorAll(".trashed input:checked").length;
  document.documentElement.classList.toggle("selecting", count > 0);
  form.querySelector(".selected-count").textContent = interpolate(gettext("%s selected"), [count]);
}

document.addEventListener("change", show);
form?.addEventListener("reset", () => setTimeout(show));
if (form) show();
