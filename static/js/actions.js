/** POST requests to the server, and messages about their outcome. */

const { gettext } = window.django;
const SECONDS_TO_READ = { plain: 4, undo: 8, failed: 8 };
const MOST_SHOWN = { plain: 1, undo: 3, failed: 1 };

/**
 * POST `fields` to `url`. Return the answer's JSON, or null after showing an error message.
 *
 * With `showErrors`, errors of fields (lists of sentences by name) are shown by it.
 */
export async function post(url, fields, { showErrors = null } = {}) {
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  let reason = "";
  try {
    const response = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields) });
    if (response.redirected) location.reload();
    const answer = await response.json();
    if (response.ok) return answer;
    if (answer.errors && showErrors) {
      showErrors(answer.errors);
      return null;
    }
    reason = answer.message;
  } catch { /* Reported below. */ }
  notify(reason || gettext("Something went wrong. Try again."), { failed: true });
  return null;
}

/**
 * Show a message for a while, with an Undo button for `undo`, the moment at which photos were trashed, or for
 * `revert`, the address that reverts an edit. A click removes it, and so do newer ones of its kind.
 */
export function notify(message, { undo = "", revert = "", failed = false } = {}) {
  const list = document.querySelector("#messages");
  const item = document.createElement("div");
  item.dataset.kind = failed ? "failed" : undo || revert ? "undo" : "plain";
  const others = [...list.querySelectorAll(`:scope > [data-kind=${item.dataset.kind}]`)];
  for (const other of others.slice(0, Math.max(0, others.length + 1 - MOST_SHOWN[item.dataset.kind]))) other.remove();
  item.className = `notice ${failed ? "error" : "good"}`;
  const text = document.createElement("span");
  text.textContent = message;
  item.append(text);
  if (undo) item.append(undoButton(item, { url: list.dataset.restore, fields: { moment: undo } }));
  if (revert) item.append(undoButton(item, { url: revert, fields: {} }));
  list.append(item);
  moveAboveLightbox(list);
  removeLater(item);
}

/** Report that photos were added or removed, so that open lists reload. */
export function announceChange() {
  document.dispatchEvent(new CustomEvent("photos:changed"));
}

/** Move the messages into the open lightbox, which would cover them. */
function moveAboveLightbox(list) {
  const top = document.querySelector("#lightbox[open]") ?? document.querySelector("#main");
  if (list.parentElement !== top) top.prepend(list);
}

function undoButton(item, { url, fields }) {
  const button = document.createElement("button");
  button.className = "button small";
  button.type = "button";
  button.textContent = gettext("Undo");
  button.addEventListener("click", async () => {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    const answer = await post(url, fields);
    button.ariaBusy = "false";
    // After a failure the button stays, for another try.
    if (!answer) return;
    item.remove();
    notify(answer.message);
    if (fields.moment) document.dispatchEvent(new CustomEvent("photos:restored", { detail: fields }));
    else document.dispatchEvent(new CustomEvent("photos:edited", { detail: { revert: url } }));
    announceChange();
  });
  return button;
}

/** Remove `item` on a click, or after a while, unless it has the pointer or the focus. */
function removeLater(item) {
  const timer = setInterval(() => {
    if (!item.matches(":hover, :focus-within")) item.remove();
    if (!item.isConnected) clearInterval(timer);
  }, SECONDS_TO_READ[item.dataset.kind] * 1000);
  item.addEventListener("click", (event) => {
    if (!event.target.closest("a, button")) item.remove();
  });
}

// Failures of optional parts of a page are not reported.
for (const type of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(type, ({ detail: { requestConfig } }) => {
    if (requestConfig.verb !== "get") notify(gettext("Something went wrong. Try again."), { failed: true });
  });
}
for (const item of document.querySelectorAll("#messages > *")) {
  item.dataset.kind = item.matches(".error") ? "failed" : item.querySelector("form") ? "undo" : "plain";
  removeLater(item);
}
document.addEventListener("photo:closed", () => moveAboveLightbox(document.querySelector("#messages")));
