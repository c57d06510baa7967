/**
 * Boxes around the searched words in a picture.
 *
 * Every <div class="picture" data-photo="ID" data-matches="URL"> gets them when the page opens, and again after a
 * `photo:shown` event. Boxes are relative to the size of the picture, so they follow every zoom. Their toolbar covers the
 * picture, or in the lightbox the stage, where zooming does not move it. A box sends `match:shown`, with its sides as
 * shares of the picture, when it becomes the current one; unless a listener prevents the default, the page scrolls to it.
 */

import { fetchText, Problem } from "./requests.js";
import { placeLines } from "./text_lines.js";

const words = new URLSearchParams(location.search).get("q") ?? "";

/** Return the HTML of a photo's boxes; empty if it has none or they cannot be loaded. */
async function matchesOf(picture) {
  const address = picture.dataset.matches.replace("/0/", `/${picture.dataset.photo}/`);
  try {
    return await fetchText(`${address}?${new URLSearchParams({ q: words })}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return "";
  }
}

async function showMatches(picture) {
  const stage = picture.closest(".lightbox-stage");
  picture.querySelector(":scope > .matches")?.remove();
  stage?.querySelector(":scope > .match-bar")?.remove();
  const photo = picture.dataset.photo;
  if (!photo) return;
  const text = await matchesOf(picture);
  // The picture may show another photo by now.
  if (!text || picture.dataset.photo !== photo) return;
  const template = document.createElement("template");
  template.innerHTML = text;
  picture.append(template.content.firstElementChild);
  stage?.append(picture.querySelector(".match-bar"));
}

function step(matches, bar, by) {
  const all = [...matches.querySelectorAll("[data-match]")];
  const before = all.findIndex((match) => match.classList.contains("current"));
  const now = before < 0 ? (by > 0 ? 0 : all.length - 1) : (before + by + all.length) % all.length;
  all.forEach((match, number) => match.classList.toggle("current", number === now));
  bar.querySelector("[data-position]").value = `${now + 1} / ${all.length}`;
  const box = all[now].querySelector("polygon");
  const isUnhandled = box.dispatchEvent(
    new CustomEvent("match:shown", { bubbles: true, cancelable: true, detail: sidesOf(box) }),
  );
  if (isUnhandled) box.scrollIntoView({ block: "center", inline: "nearest" });
  keepClear(bar, box);
}

/** Return the sides of a box. Not from the browser, which adds the stroke. */
function sidesOf(box) {
  const [x, y] = [0, 1].map((axis) => [...box.points].map((point) => (axis ? point.y : point.x)));
  return { left: Math.min(...x), top: Math.min(...y), right: Math.max(...x), bottom: Math.max(...y) };
}

/** Move the bar to the other end of the picture if it lies over the match. */
function keepClear(bar, box) {
  bar.classList.remove("above");
  const [toolbar, match] = [bar.getBoundingClientRect(), box.getBoundingClientRect()];
  bar.classList.toggle("above", match.bottom > toolbar.top && match.top < toolbar.bottom);
}

function toggleAllText(matches, button) {
  const isOn = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", isOn);
  matches.querySelector(".lines").toggleAttribute("hidden", !isOn);
  const layer = matches.querySelector(".text-lines");
  layer.hidden = !isOn;
  if (isOn) placeLines(layer);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".match-bar button");
  if (!button) return;
  const bar = button.closest(".match-bar");
  const matches = bar.closest(".matches") ?? bar.parentElement.querySelector(".matches");
  if (button.dataset.step) step(matches, bar, Number(button.dataset.step));
  else toggleAllText(matches, button);
});

document.addEventListener("photo:shown", (event) => {
  const picture = event.target.closest?.(".picture") ?? document.querySelector(".picture");
  if (picture) showMatches(picture);
});

for (const picture of document.querySelectorAll(".picture")) showMatches(picture);
