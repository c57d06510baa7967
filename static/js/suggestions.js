/** Suggestions below the search box, as an ARIA combobox: the focus stays in the box, arrow keys choose an option. */

const { interpolate, ngettext } = window.django;
const WAIT = 120;
const MARGIN = 8;

const box = document.querySelector("#search input[name=q]");
const list = document.querySelector("#suggestions");
const news = document.querySelector("#suggestions-news");
let timer = 0;
let request = new AbortController();

function options() {
  return [...list.querySelectorAll("[role=option]")];
}

function active() {
  return list.querySelector("[aria-selected=true]");
}

function isOpen() {
  return box.ariaExpanded === "true";
}

function activate(option) {
  active()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
}

/** Leave room for the keyboard on the screen of a telephone, which covers the page. */
function fit() {
  const bottom = visualViewport.offsetTop + visualViewport.height;
  list.style.maxBlockSize = `${Math.max(0, bottom - list.getBoundingClientRect().top - MARGIN)}px`;
}

function open() {
  if (!list.childElementCount || document.activeElement !== box) return;
  box.ariaExpanded = "true";
  fit();
}

function close() {
  clearTimeout(timer);
  request.abort();
  activate(null);
  box.ariaExpanded = "false";
  news.textContent = "";
}

/** Show the suggestions for the text in the box; answers for an earlier text are dropped. */
async function load() {
  clearTimeout(timer);
  request.abort();
  request = new AbortController();
  const { signal } = request;
  try {
    const address = `${box.dataset.suggestions}?${new URLSearchParams({ q: box.value })}`;
    const response = await fetch(address, { signal, headers: { "HX-Request": "true" } });
    // After a logout the answer is another page.
    if (!response.ok || response.redirected) return;
    const answer = await response.text();
    if (signal.aborted) return;
    list.innerHTML = answer;
  } catch {
    return;
  }
  activate(null);
  open();
  const count = options().length - 1;
  news.textContent = isOpen() ? interpolate(ngettext("%s suggestion", "%s suggestions", count), [count]) : "";
}

function loadSoon() {
  clearTimeout(timer);
  timer = setTimeout(load, WAIT);
}

function step(count) {
  const all = options();
  const at = all.indexOf(active());
  // Beyond the ends, no option is active, and the box has its own text again.
  activate(all[count > 0 ? at + 1 : (at < 0 ? all.length : at) - 1] ?? null);
}

/** Put the query of an option that is not a whole search yet into the box, and go on. */
function continueWith(query) {
  box.value = query;
  box.focus();
  box.setSelectionRange(query.length, query.length);
  load();
}

const KEYS = {
  ArrowDown: () => (isOpen() ? step(1) : load()),
  ArrowUp: () => (isOpen() ? step(-1) : load()),
  Home: () => active() && activate(options()[0]),
  End: () => active() && activate(options().at(-1)),
  Enter: () => active()?.click(),
  Escape: () => isOpen() && close(),
};
const NEEDS_ACTIVE = new Set(["Home", "End", "Enter"]);

box.addEventListener("keydown", (event) => {
  // Keys of an input method choose its characters. Safari ends the composition before this event, with keyCode 229.
  if (event.isComposing || event.keyCode === 229) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.key === "Tab") close();
  if (!KEYS[event.key] || (NEEDS_ACTIVE.has(event.key) && !active()) || (event.key === "Escape" && !isOpen())) return;
  event.preventDefault();
  KEYS[event.key]();
});
box.addEventListener("input", (event) => { if (!event.isComposing) loadSoon(); });
box.addEventListener("compositionend", loadSoon);
box.addEventListener("focus", load);
box.addEventListener("click", () => isOpen() || load());
box.addEventListener("blur", close);
// The focus stays in the box, so that the list stays open until the click.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = event.target.closest("[data-query]");
  if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  continueWith(option.dataset.query);
});
for (const type of ["resize", "scroll"]) visualViewport.addEventListener(type, () => isOpen() && fit());
// The page is the same after going back, and its list is closed.
addEventListener("pageshow", close);

box.form.addEventListener("submit", (event) => {
  // A search for nothing would only leave the page.
  if ([...new FormData(box.form).values()].some((value) => value.trim())) {
    close();
  } else {
    event.preventDefault();
    box.focus();
  }
});
