/** For every page: `/` goes to the search box, arrows to the neighbouring photos; buttons that copy; short addresses. */

const { gettext } = window.django;

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable], [popover]:popover-open");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("#search input[name=q]")?.select();
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    document.querySelector(event.key === "ArrowLeft" ? "a[rel=prev]" : "a[rel=next]")?.click();
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.querySelector(button.dataset.copy).innerText;
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

// An empty field asks for nothing, and need not stand in the address.
document.querySelector("#search")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
});
