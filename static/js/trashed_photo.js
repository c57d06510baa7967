/** The page of a photo in the trash: arrow keys turn the page, Escape leads back to the trash. */

import "./actions.js";

const LINKS = { ArrowLeft: "[rel=prev]", ArrowRight: "[rel=next]", Escape: "[rel=up]" };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector(":popover-open")) return;
  if (event.target.closest("input, textarea, select")) return;
  document.querySelector(LINKS[event.key])?.click();
});
