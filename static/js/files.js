/** Files and folders dropped anywhere on the page, without the files that systems create. */

// Files and folders that operating systems and NAS devices create.
const JUNK = /^(\..*|Thumbs\.db|ehthumbs\.db|desktop\.ini|__MACOSX|@eaDir|@__thumb|SYNOFILE_THUMB_.*)$/i;

// Endings of the archives that can be imported.
const ARCHIVE = /\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$/i;

const handlers = {};

/**
 * Call `handler` with an array of File objects when files are dropped on `zone`: "upload", or "search" for a single file.
 * A single archive goes to the handler of "archive", if the page has one, wherever it is dropped.
 */
export function onFiles(handler, { zone }) {
  handlers[zone] = handler;
}

/** Return the files of a selected folder without system files. */
export function withoutJunk(files) {
  return files.filter((file) => !(file.webkitRelativePath || file.name).split("/").some((part) => JUNK.test(part)));
}

async function filesIn(entry) {
  if (JUNK.test(entry.name)) return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => { entry.file(resolve, reject); })];
  const reader = entry.createReader();
  const files = [];
  // Chromium returns at most 100 entries at a time.
  for (;;) {
    const entries = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!entries.length) return files;
    for (const child of entries) files.push(...await filesIn(child));
  }
}

async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  for (const entry of entries) found.push(...await filesIn(entry));
  return found;
}

function bringsFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

const dropzone = document.querySelector(".dropzone");
// Entering a child fires before leaving its parent, so depth is counted.
let depth = 0;

function zoneOf(event) {
  return event.target.closest?.("[data-zone]");
}

function show(change, event) {
  if (!depth && change > 0) {
    // A dialog would cover the drop zone.
    (document.querySelector("dialog[open]") ?? document.body).append(dropzone);
    // While dragging, a folder is a file without a type.
    const [first, ...others] = event.dataTransfer.items;
    dropzone.classList.toggle("for-several", others.length > 0 || !first?.type.startsWith("image/"));
  }
  depth = Math.max(0, depth + change);
  document.documentElement.classList.toggle("dropping", depth > 0);
}

document.addEventListener("dragenter", (event) => bringsFiles(event) && show(1, event));
document.addEventListener("dragleave", (event) => bringsFiles(event) && show(-1));
document.addEventListener("dragover", (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  for (const zone of dropzone.children) zone.classList.toggle("is-aimed-at", zone === zoneOf(event));
});
document.addEventListener("drop", async (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  const zone = zoneOf(event)?.dataset.zone;
  show(-depth);
  const files = await filesOf(event.dataTransfer);
  if (handlers.archive && files.length === 1 && ARCHIVE.test(files[0].name)) handlers.archive(files);
  else if (zone === "search" && files.length === 1) handlers.search(files);
  else handlers.upload(files);
});
