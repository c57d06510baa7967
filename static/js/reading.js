/** The line "12 photos are still being read", on every page after an upload until all are done. */

import { fetchJson, Problem } from "./requests.js";

const { interpolate, ngettext } = window.django;
const PAUSE = 5_000; // milliseconds between two questions
// Remembers over pages of this tab that photos were added.
const KEY = "reading";

const line = document.querySelector("#reading");
let timer = 0;

function show(count) {
  const sentence = ngettext("%s photo is still being read", "%s photos are still being read", count);
  line.textContent = interpolate(sentence, [count.toLocaleString(document.documentElement.lang)]);
  line.hidden = !count;
}

async function ask() {
  let count = 0;
  try {
    ({ photos: count } = await fetchJson(line.dataset.source));
  } catch (error) {
    // Without an answer, for example after a logout, the line goes.
    if (!(error instanceof Problem)) throw error;
  }
  show(count);
  if (count) askLater();
  else sessionStorage.removeItem(KEY);
}

function askLater() {
  clearTimeout(timer);
  timer = setTimeout(() => (document.hidden ? askLater() : ask()), PAUSE);
}

/** Show the line until no photo of the user is still being read. */
export function watchReading() {
  sessionStorage.setItem(KEY, "yes");
  clearTimeout(timer);
  ask();
}

const added = document.querySelector("[data-results] [data-state='added']"); // by a form, not by a script
if (line && added) watchReading();
else if (line && sessionStorage.getItem(KEY)) ask();
