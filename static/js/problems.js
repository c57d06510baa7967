/** Messages about photos that cannot be loaded, with the remedy (templates/gallery/viewer/_problems.html). */

import { announceChange, post, notify } from "./actions.js";
import { fetchJson, loginAddress, Problem } from "./requests.js";
import { addressOf } from "./tiles.js";

/** Return why part of a photo could not be loaded: the kind of a Problem, "trashed", "gone" or "picture". */
export async function problemKindOf(id) {
  try {
    const { state } = await fetchJson(addressOf(id, "state"));
    return state === "trashed" ? "trashed" : "picture";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.kind;
  }
}

/** Return an element with the message for a kind of problem. Its button, and restoring a photo, call `retry`. */
export function problemView(kind, { retry, id = 0 }) {
  const view = document.createElement("div");
  view.className = "problem";
  view.dataset.kind = kind;
  view.setAttribute("role", "alert");
  view.append(document.querySelector(`#problem-${kind}`).content.cloneNode(true));
  const login = view.querySelector("[data-login]");
  if (login) login.href = loginAddress();
  view.querySelector("[data-retry]")?.addEventListener("click", retry);
  view.querySelector("[data-restore-photo]")?.addEventListener("click", async () => {
    const answer = await post(document.querySelector("#messages").dataset.restore, { photo: id });
    if (!answer) return;
    notify(answer.message);
    announceChange();
    retry();
  });
  return view;
}

/** Return the message without its buttons. */
export function messageOf(kind) {
  const template = document.querySelector(`#problem-${kind}`) ?? document.querySelector("#problem-server");
  return template.content.querySelector("p").textContent;
}
