/** Results: who comes back to them comes to the same spot, though most had come only while one scrolled. */

let wanted = history.state?.results ?? 0;
let saving = 0;

/** Scroll there; at the end of the page more results come, until there are enough. */
function goOn() {
  if (!wanted) return;
  scrollTo(0, wanted);
  const isThere = Math.abs(scrollY - wanted) < 2;
  if (isThere || !document.querySelector(".further [hx-get]")) wanted = 0;
}

function save() {
  if (!wanted && !history.state?.lightbox) history.replaceState({ ...history.state, results: scrollY }, "");
}

history.scrollRestoration = "manual";
document.addEventListener("htmx:afterSettle", goOn);
goOn();
// Who goes somewhere else meanwhile is not pulled back.
for (const type of ["wheel", "pointerdown", "keydown"]) addEventListener(type, () => { wanted = 0; }, { passive: true });
// Saves at once: a user may leave right after scrolling, and iOS has no `beforeunload`, but clicks.
for (const type of ["beforeunload", "click"]) addEventListener(type, save, { capture: true });
addEventListener("scroll", () => {
  clearTimeout(saving);
  saving = setTimeout(save, 150);
}, { passive: true });
