/** Moves the items of a list by dragging their handles. The list's address receives the photo, and the one behind it. */

import { notify, post } from "./actions.js";

const EDGE = 80; // pixels at the upper and lower edge of the screen in which it scrolls
const SPEED = 0.85; // pixels per millisecond

let drag = null;

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  // Drags beside photos select a range of them, but not this one.
  event.stopPropagation();
  grip.setPointerCapture(event.pointerId);
  const item = grip.closest("li");
  drag = { item, list: item.parentElement, from: place(event), at: place(event), target: null, isAfter: false };
  item.classList.add("is-dragged");
  requestAnimationFrame(scroll);
}, { capture: true });
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  drag.at = place(event);
  follow();
});
document.addEventListener("pointerup", () => drop());
document.addEventListener("pointercancel", () => end());
document.addEventListener("keydown", (event) => {
  if (!drag || event.key !== "Escape") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  end();
}, { capture: true });

function place({ clientX, clientY }) {
  return { x: clientX, y: clientY, scrolled: scrollY };
}

/** Move the item with the pointer, and mark where it would be dropped. */
function follow() {
  const { item, list, from, at } = drag;
  item.style.transform = `translate(${at.x - from.x}px, ${at.y - from.y + scrollY - from.scrolled}px)`;
  const found = document.elementFromPoint(at.x, at.y)?.closest("li");
  mark(null);
  if (!found || found.parentElement !== list || found === item) return;
  const { left, width } = found.getBoundingClientRect();
  mark(found, at.x > left + width / 2);
}

function mark(target, isAfter = false) {
  drag.target?.classList.remove("drops-before", "drops-after");
  Object.assign(drag, { target, isAfter });
  target?.classList.add(isAfter ? "drops-after" : "drops-before");
}

/** Scroll while the pointer is near an edge. */
function scroll(now) {
  if (!drag) return;
  const { y } = drag.at;
  const direction = y < EDGE ? -1 : y > innerHeight - EDGE ? 1 : 0;
  if (direction) {
    scrollBy(0, direction * SPEED * (now - (drag.drawn ?? now)));
    follow();
  }
  drag.drawn = now;
  requestAnimationFrame(scroll);
}

async function drop() {
  if (!drag) return;
  const { item, list, target, isAfter } = drag;
  end();
  if (!target) return;
  const next = isAfter ? target.nextElementSibling : target;
  if (next === item || next === item.nextElementSibling) return;
  const before = next ? photoOf(next) : list.dataset.following;
  const previous = item.nextElementSibling;
  list.insertBefore(item, next);
  const answer = await post(list.dataset.sortable, { photo: photoOf(item), before });
  if (answer) notify(answer.message);
  else list.insertBefore(item, previous);
}

/** End the drag without a move. */
function end() {
  if (!drag) return;
  mark(null);
  drag.item.classList.remove("is-dragged");
  drag.item.style.transform = "";
  drag = null;
}

function photoOf(item) {
  return item.querySelector(".tile").dataset.photo;
}
