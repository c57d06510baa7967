/**
 * Boxes over a picture around the words that were searched for.
 *
 * Every <div class="picture" data-photo="ID"> around a picture gets them, when the page opens and when a `photo:shown`
 * event says that it shows another photo; they are in shares of its size, so they follow every zoom. Their bar lies over
 * the picture, in the lightbox over the stage, where no zoom carries it away. A `match:shown` event comes from the box
 * that one steps to; unless somebody else does, which a default prevented tells, the page is scrolled to it.
 */

import { ask, Problem } from "./asking.js";

const words = new URLSearchParams(location.search).get("q") ?? "";

/** The boxes of a photo; empty if it has none or they cannot be loaded, as the picture does without them. */
async function matchesOf(photo) {
  try {
    return await ask(`/photos/${photo}/matches?${new URLSearchParams({ q: words })}`);
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
  const text = await matchesOf(photo);
  // Meanwhile it may show another photo.
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
  bar.querySelector("[data-place]").value = `${now + 1} / ${all.length}`;
  const box = all[now].querySelector("polygon");
  const isForUs = box.dispatchEvent(new CustomEvent("match:shown", { bubbles: true, cancelable: true }));
  if (isForUs) box.scrollIntoView({ block: "center", inline: "nearest" });
  keepClear(bar, box);
}

/** Move the bar to the other end of the picture if it lies over the match. */
function keepClear(bar, box) {
  bar.classList.remove("above");
  const [one, other] = [bar.getBoundingClientRect(), box.getBoundingClientRect()];
  bar.classList.toggle("above", other.bottom > one.top && other.top < one.bottom);
}

function toggleAllText(matches, button) {
  const isOn = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", isOn);
  matches.querySelector(".lines").toggleAttribute("hidden", !isOn);
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
