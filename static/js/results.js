/** Search results: restores the scroll position after going back, though most results load while scrolling. */

let wanted = history.state?.results ?? 0;
let saving = 0;

/** Scroll to the saved position; reaching the end of the page loads more results, until there are enough. */
function restorePosition() {
  if (!wanted) return;
  scrollTo(0, wanted);
  const isThere = Math.abs(scrollY - wanted) < 2;
  if (isThere || !document.querySelector(".load-more [hx-get]")) wanted = 0;
}

function save() {
  if (!wanted && !history.state?.lightbox) history.replaceState({ ...history.state, results: scrollY }, "");
}

const sidebar = document.querySelector("#sidebar");
// The menu links to the saved searches, which narrow pages show as a popover.
if (location.hash === "#sidebar" && !sidebar.checkVisibility()) sidebar.showPopover();
history.scrollRestoration = "manual";
document.addEventListener("htmx:afterSettle", restorePosition);
restorePosition();
// Input of the user cancels the restoration.
for (const type of ["wheel", "pointerdown", "keydown"]) addEventListener(type, () => { wanted = 0; }, { passive: true });
// Saves at once: a user may leave right after scrolling, and iOS has no `beforeunload`, but clicks.
for (const type of ["beforeunload", "click"]) addEventListener(type, save, { capture: true });
addEventListener("scroll", () => {
  clearTimeout(saving);
  saving = setTimeout(save, 150);
}, { passive: true });
