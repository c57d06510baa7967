/** Search with a picture that is selected, pasted or dropped on any page. */

import { onFiles } from "./files.js";

const form = document.querySelector("#picture") ?? document.querySelector("#any-picture");
const input = form.elements.picture;
const preview = form.querySelector(".search-picture");

function search() {
  if (!input.files.length) return;
  if (preview) showPreview();
  form.requestSubmit();
}

function showPreview() {
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(input.files[0]);
  preview.hidden = false;
  document.querySelector("#search input[name=q]").value = "";
}

function searchWith([file]) {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
  search();
}

input.addEventListener("change", search);
// The server may read formats that this browser cannot display.
preview?.addEventListener("error", () => { preview.hidden = true; });
document.querySelector("[data-picks-picture]").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  input.click();
});
document.addEventListener("paste", ({ clipboardData, target }) => {
  const { files } = clipboardData;
  // Some programs copy text together with a picture of it: in the search box the text counts. In other fields a search
  // would discard unsaved text.
  const keepsPage = target.matches?.("#search input") ? clipboardData.types.includes("text/plain") : target.matches?.(":read-write");
  if (files.length && !keepsPage) searchWith(files);
});
// After going back to this page, the same picture can be selected again.
addEventListener("pageshow", ({ persisted }) => persisted && form.reset());
onFiles(searchWith, { zone: "search" });
if (location.hash === "#picture") input.focus();
