/** Scripts of every page: keyboard shortcuts, copy buttons, and short addresses of searches. */

import "./actions.js";
import "./tiles.js";

const { gettext } = window.django;
const help = document.querySelector("#shortcuts");

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [popover]:popover-open, .edit-dialog");
}

function goToSearch(event) {
  event.preventDefault();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.requestClose?.();
  document.querySelector("#search input[name=q]")?.select();
}

/** Keys on the page of a photo, as in the lightbox. */
const PAGE_KEYS = {
  ArrowLeft: () => document.querySelector("a[rel=prev]")?.click(),
  ArrowRight: () => document.querySelector("a[rel=next]")?.click(),
  Delete: () => document.querySelector(".photo [data-delete]")?.requestSubmit(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "k") goToSearch(event);
  } else if (isTyping(event.target)) {
    // Keys write text here.
  } else if (event.key === "/") {
    goToSearch(event);
  } else if (event.key === "?") {
    help?.showModal();
  } else if (!document.querySelector("dialog[open]") && !(event.target.matches("[type=radio]") && event.key.startsWith("Arrow"))) {
    PAGE_KEYS[event.key]?.();
    if (/^[0-5]$/.test(event.key)) document.querySelector(`.photo input[name=importance][value="${event.key}"]`)?.click();
  }
});
document.querySelector("[data-help]")?.addEventListener("click", () => {
  document.querySelector("#user-menu").hidePopover();
  help.showModal();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  const text = source.value ?? source.innerText;
  const label = button.querySelector("span");
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = gettext("Copied");
  } catch {
    label.textContent = gettext("Select the text and copy it by hand");
  }
  setTimeout(() => { label.textContent = before; }, 2000);
});

// Leave empty fields out of the address.
document.querySelector("#search")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
});
