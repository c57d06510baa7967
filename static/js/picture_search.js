/** Searching with a picture that is chosen, pasted or dropped on any page; the search page shows it beside its results. */

import { takeFiles } from "./files.js";

const form = document.querySelector("#picture") ?? document.querySelector("#any-picture");
const input = form.elements.picture;
const sample = form.querySelector(".sample");

function search() {
  if (!input.files.length) return;
  if (sample) showSample();
  form.requestSubmit();
}

function showSample() {
  URL.revokeObjectURL(sample.src);
  sample.src = URL.createObjectURL(input.files[0]);
  sample.hidden = false;
  document.querySelector("#search input[name=q]").value = "";
}

function searchWith([file]) {
  const chosen = new DataTransfer();
  chosen.items.add(file);
  input.files = chosen.files;
  search();
}

input.addEventListener("change", search);
// A format that this browser cannot show may be searched with all the same.
sample?.addEventListener("error", () => { sample.hidden = true; });
document.querySelector("[data-chooses-picture]").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  input.click();
});
document.addEventListener("paste", ({ clipboardData, target }) => {
  const { files } = clipboardData;
  // Some programs copy words and a picture of them: who searches wants the words. Who writes would lose what is not saved.
  const keepsPage = target.matches?.("#search input") ? clipboardData.types.includes("text/plain") : target.matches?.(":read-write");
  if (files.length && !keepsPage) searchWith(files);
});
// Going back to this page, the same picture can be chosen again.
addEventListener("pageshow", ({ persisted }) => persisted && form.reset());
takeFiles(searchWith, { zone: "search" });
if (location.hash === "#picture") input.focus();
