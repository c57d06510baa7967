/** Shift+A: archives the selection, the open photo or that under the pointer, or takes it out of the archive. */

import { announceChange, notify, post } from "./actions.js";

const button = document.querySelector("#selection [data-archive]");

document.addEventListener("keydown", async (event) => {
  if (event.key !== "A" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select")) return;
  if (document.querySelector("dialog[open]:not(#lightbox), .dialog:popover-open")) return;
  const isViewing = document.querySelector("#lightbox[open]");
  if (!isViewing && document.documentElement.classList.contains("selecting")) {
    button.click();
    return;
  }
  const tile = document.querySelector(".tile[data-photo]:focus-within") ?? document.querySelector(".tile[data-photo]:hover");
  const id = isViewing ? history.state?.lightbox : tile?.dataset.photo;
  if (!id) return;
  event.preventDefault();
  const answer = await post(button.getAttribute("formaction"), { photo: id });
  if (!answer) return;
  notify(answer.message, { revert: answer.revert });
  announceChange();
});
