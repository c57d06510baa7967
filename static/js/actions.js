/** Asking the server for something to be done, and telling the person what came of it. */

const { gettext } = window.django;
const SECONDS_TO_READ = 10;

/** POST `fields` to `url`; the answer's JSON, or null after the person was told that it failed. */
export async function post(url, fields) {
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  let reason = "";
  try {
    const response = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields) });
    if (response.redirected) location.reload();
    const answer = await response.json();
    if (response.ok) return answer;
    reason = answer.message;
  } catch { /* Told below. */ }
  tell(reason || gettext("Something went wrong. Try again."), { failed: true });
  return null;
}

/** Show a sentence for a while; with `undo`, the moment at which photos went into the bin, a button that restores them. */
export function tell(sentence, { undo = "", failed = false } = {}) {
  const list = document.querySelector("#messages");
  const item = document.createElement("div");
  item.className = `notice ${failed ? "error" : "good"}`;
  const text = document.createElement("span");
  text.textContent = sentence;
  item.append(text);
  if (undo) item.append(undoButton(list, item, undo));
  list.append(item);
  bringUp(list);
  fade(item);
}

/** Photos came or went: whoever shows them looks again. */
export function announceChange() {
  document.dispatchEvent(new CustomEvent("photos:changed"));
}

/** What lies under the lightbox can be neither seen nor pressed. */
function bringUp(list) {
  const top = document.querySelector("#lightbox[open]") ?? document.querySelector("#main");
  if (list.parentElement !== top) top.prepend(list);
}

function undoButton(list, item, moment) {
  const button = document.createElement("button");
  button.className = "button small";
  button.type = "button";
  button.textContent = gettext("Undo");
  button.addEventListener("click", async () => {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    const answer = await post(list.dataset.restore, { moment });
    button.ariaBusy = "false";
    // Where it failed, the button stays to be pressed again.
    if (!answer) return;
    item.remove();
    tell(answer.message);
    document.dispatchEvent(new CustomEvent("photos:restored", { detail: { moment } }));
    announceChange();
  });
  return button;
}

/** Goes after a while in which nobody points at it. */
function fade(item) {
  const timer = setInterval(() => {
    if (item.matches(":hover, :focus-within")) return;
    item.remove();
    clearInterval(timer);
  }, SECONDS_TO_READ * 1000);
}

// Failures of optional parts of a page are not reported.
for (const type of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(type, ({ detail: { requestConfig } }) => {
    if (requestConfig.verb !== "get") tell(gettext("Something went wrong. Try again."), { failed: true });
  });
}
for (const item of document.querySelectorAll("#messages > *")) fade(item);
document.addEventListener("photo:closed", () => bringUp(document.querySelector("#messages")));
