/** Messages about photos that cannot be loaded, with the remedy (templates/gallery/viewer/_problems.html). */

import { announceChange, post, tell } from "./actions.js";
import { askForJson, loginAddress, Problem } from "./asking.js";
import { addressOf } from "./tiles.js";

/** The reason why part of a photo could not be loaded: the kind of Problem, "trashed", "gone" or "picture". */
export async function kindOf(id) {
  try {
    const { state } = await askForJson(addressOf(id, "state"));
    return state === "trashed" ? "trashed" : "picture";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.kind;
  }
}

/** The message for this kind of problem; its button, and restoring a photo, call `retry`. */
export function problemView(kind, { retry, id = 0 }) {
  const view = document.createElement("div");
  view.className = "problem";
  view.dataset.kind = kind;
  view.setAttribute("role", "alert");
  view.append(document.querySelector(`#problem-${kind}`).content.cloneNode(true));
  const login = view.querySelector("[data-login]");
  if (login) login.href = loginAddress();
  view.querySelector("[data-again]")?.addEventListener("click", retry);
  view.querySelector("[data-restore-photo]")?.addEventListener("click", async () => {
    const answer = await post(document.querySelector("#messages").dataset.restore, { photo: id });
    if (!answer) return;
    tell(answer.message);
    announceChange();
    retry();
  });
  return view;
}

/** The message alone, without buttons. */
export function sentenceOf(kind) {
  const template = document.querySelector(`#problem-${kind}`) ?? document.querySelector("#problem-server");
  return template.content.querySelector("p").textContent;
}
