/** The selected photos of the page, and how many of them each day and month has. Announces `selection:changed`. */

const DAY = "2023-05-14".length;

export const selected = new Set(); // ids
const days = new Map(); // the days of photos, such as 2023-05-14, by their ids

export function isSelected(id) {
  return selected.has(id);
}

/** Select photos, or deselect them if `on` is false. */
export function select(ids, on) {
  for (const id of ids) {
    if (on) selected.add(id);
    else selected.delete(id);
  }
  show();
}

/** Select exactly these photos. */
export function selectOnly(ids) {
  selected.clear();
  select(ids, true);
}

/** Remember the days of photos that may have no tile on the page. */
export function rememberDays(photos) {
  for (const { id, day } of photos) if (day) days.set(id, day);
}

/** Return the number of selected photos by day and month. */
export function countsOfGroups() {
  const counts = new Map();
  for (const id of selected) {
    const day = days.get(id) ?? "";
    for (const group of [day, day.slice(0, DAY - 3)]) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

/** Show on `tile` whether its photo is selected. */
export function showSelected(tile) {
  const on = selected.has(Number(tile.dataset.photo));
  tile.classList.toggle("is-selected", on);
  const box = tile.querySelector(".check input");
  if (box) box.checked = on;
}

function show() {
  document.documentElement.classList.toggle("selecting", selected.size > 0);
  for (const tile of document.querySelectorAll(".tile[data-photo]")) {
    if (tile.dataset.day) days.set(Number(tile.dataset.photo), tile.dataset.day);
    showSelected(tile);
  }
  if (!selected.size) days.clear();
  document.dispatchEvent(new CustomEvent("selection:changed"));
}

document.addEventListener("htmx:load", (event) => {
  for (const tile of event.target.querySelectorAll?.(".tile[data-photo]") ?? []) showSelected(tile);
});
