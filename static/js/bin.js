/** The bin: how many photos are chosen, and the toolbar only while some are. */

import "./actions.js";
import "./tiles.js";

const { gettext, interpolate } = window.django;
const form = document.querySelector("#binned");

function show() {
  const count = document.querySelectorAll(".binned input:checked").length;
  document.documentElement.classList.toggle("choosing", count > 0);
  form.querySelector(".chosen").textContent = interpolate(gettext("%s selected"), [count]);
}

document.addEventListener("change", show);
form?.addEventListener("reset", () => setTimeout(show));
if (form) show();
