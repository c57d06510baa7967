/** Keys of the lightbox; templates/_keyboard_shortcuts.html lists them. */

const SCROLL = { ArrowDown: 0.15, ArrowUp: -0.15, PageDown: 0.9, PageUp: -0.9, End: Infinity, Home: -Infinity };
const ACTS = { ArrowLeft: "previous", ArrowRight: "next", i: "information", Delete: "delete", f: "favourite", " ": "slideshow", r: "rotateRight", R: "rotateLeft" };
const ENLARGEMENT = 1.5; // of one key press

/** Return whether the focused element has its own use for the key. */
function isTaken({ target, key }) {
  if (target.closest("textarea, select, input:not([type=checkbox], [type=radio]), .edit-dialog")) return true;
  if (target.matches("[type=radio]") && key.startsWith("Arrow")) return true;
  if (key === " ") return Boolean(target.closest("button, input, summary, a"));
  return key in SCROLL && Boolean(target.closest(".lightbox-information"));
}

/** Call `acts`, by name, `rate(stars)` and `select()` for keys while the lightbox is in front. */
export function listenForKeys(dialog, { acts, zoom, rate, select }) {
  // On the document: the dialog gets no key events after the focused element was removed.
  document.addEventListener("keydown", (event) => {
    if (!dialog.open || document.querySelector("dialog[open]:not(#lightbox)")) return;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const { key } = event;
    if (key in ACTS) acts[ACTS[key]]();
    else if (key in SCROLL) zoom.scrollBy(SCROLL[key]);
    else if (key === "x") select();
    else if (/^[0-5]$/.test(key)) rate(key);
    else if (key === "+" || key === "=") zoom.zoomTo(zoom.scale * ENLARGEMENT);
    else if (key === "-") zoom.zoomTo(zoom.scale / ENLARGEMENT);
    else return;
    event.preventDefault();
  });
}
