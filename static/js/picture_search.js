/** Searching with a picture: chosen, dropped anywhere on the page or pasted, and shown beside its results. */

import { takeFiles } from "./files.js";

const form = document.querySelector("#picture");
const input = form.elements.picture;
const sample = form.querySelector(".sample");

function search() {
  if (!input.files.length) return;
  URL.revokeObjectURL(sample.src);
  sample.src = URL.createObjectURL(input.files[0]);
  sample.hidden = false;
  document.querySelector("#search input[name=q]").value = "";
  form.requestSubmit();
}

function searchWith(files) {
  if (!files.length) return;
  const chosen = new DataTransfer();
  chosen.items.add(files[0]);
  input.files = chosen.files;
  search();
}

input.addEventListener("change", search);
// A format that this browser cannot show may be searched with all the same.
sample.addEventListener("error", () => { sample.hidden = true; });
document.addEventListener("paste", (event) => searchWith([...event.clipboardData.files]));
takeFiles(searchWith);
if (location.hash === "#picture") input.focus();
