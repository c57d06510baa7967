/** What stands in the way of a photo, in a sentence with what to do about it (templates/gallery/problems.html). */

import { announceChange, post, tell } from "./actions.js";
import { askForJson, loginAddress, Problem } from "./asking.js";
import { addressOf } from "./tiles.js";

/** Why something of the photo of this number did not come: the kind of the Problem, "trashed", "gone" or "picture". */
export async function kindOf(id) {
  try {
    const { state } = await askForJson(addressOf(id, "state"));
    return state === "trashed" ? "trashed" : "picture";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.kind;
  }
}

/** The sentence about a problem of this kind; `retry` is called by its button, and once a photo is restored. */
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
    tell(answer.sentence);
    announceChange();
    retry();
  });
  return view;
}

/** The sentence about a problem, alone. */
export function sentenceOf(kind) {
  const template = document.querySelector(`#problem-${kind}`) ?? document.querySelector("#problem-server");
  return template.content.querySelector("p").textContent;
}
