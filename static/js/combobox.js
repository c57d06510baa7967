/**
 * Text fields with suggestions from the server, as ARIA comboboxes: <input data-options="URL"> in <div class="combobox">.
 *
 * The answer to URL?q=… is JSON: `options`, each with the `value` for the field, and perhaps a `note`.
 */

import { fetchJson, Problem } from "./requests.js";

const WAIT = 200; // milliseconds without typing until suggestions are requested
let timer = 0;
let request = new AbortController();

function listOf(input) {
  return input.parentElement.querySelector("[role=listbox]");
}

function activeOf(input) {
  return listOf(input).querySelector("[aria-selected=true]");
}

function activate(input, option) {
  activeOf(input)?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function close(input) {
  clearTimeout(timer);
  request.abort();
  activate(input, null);
  listOf(input).hidden = true;
  input.ariaExpanded = "false";
}

function choose(input, option) {
  input.value = option.dataset.value;
  close(input);
}

function optionOf(input, { value, note = "" }, number) {
  const option = document.createElement("li");
  option.role = "option";
  option.id = `${listOf(input).id}-${number}`;
  option.dataset.value = value;
  option.setAttribute("aria-selected", "false");
  const text = document.createElement("span");
  text.textContent = value;
  const small = document.createElement("small");
  small.textContent = note;
  option.append(text, small);
  return option;
}

/** Show the suggestions for the text in the field; answers for an earlier text are dropped. */
async function load(input) {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  try {
    const address = `${input.dataset.options}?${new URLSearchParams({ q: input.value })}`;
    const { options } = await fetchJson(address, { signal });
    if (signal.aborted || document.activeElement !== input) return;
    listOf(input).replaceChildren(...options.map((option, number) => optionOf(input, option, number)));
    activate(input, null);
    listOf(input).hidden = !options.length;
    input.ariaExpanded = String(options.length > 0);
  } catch (error) {
    // Suggestions are optional.
    if (!(error instanceof Problem) && error.name !== "AbortError") throw error;
  }
}

function loadSoon(input) {
  clearTimeout(timer);
  if (input.value.trim()) timer = setTimeout(() => load(input), WAIT);
  else close(input);
}

function step(input, count) {
  if (listOf(input).hidden) {
    load(input);
    return;
  }
  const all = [...listOf(input).children];
  const at = all.indexOf(activeOf(input));
  activate(input, all[count > 0 ? at + 1 : (at < 0 ? all.length : at) - 1] ?? null);
}

/** Do what a key means in the field; return whether it meant something. */
function press(input, key) {
  const isOpen = !listOf(input).hidden;
  if (key === "ArrowDown") step(input, 1);
  else if (key === "ArrowUp") step(input, -1);
  else if (key === "Enter" && isOpen && activeOf(input)) choose(input, activeOf(input));
  else if (key === "Escape" && isOpen) close(input);
  else return false;
  return true;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-options]") && !event.isComposing) loadSoon(event.target);
});
document.addEventListener("compositionend", (event) => {
  if (event.target.matches("[data-options]")) loadSoon(event.target);
});
document.addEventListener("keydown", (event) => {
  // Keys of an input method choose its characters. Safari ends the composition before this event, with keyCode 229.
  if (!event.target.matches?.("[data-options]") || event.isComposing || event.keyCode === 229) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (press(event.target, event.key)) event.preventDefault();
}, { capture: true });
document.addEventListener("focusout", (event) => {
  if (event.target.matches("[data-options]")) close(event.target);
});
// The focus stays in the field, so that the list stays open until the click.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".combobox [role=listbox]")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const option = event.target.closest(".combobox [role=option]");
  if (option) choose(option.closest(".combobox").querySelector("input"), option);
});
