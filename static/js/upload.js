/** Uploads from any page: compares selected or dropped files by checksum, then sends the new ones, three at a time. */

import { announceChange } from "./actions.js";
import { onFiles, withoutJunk } from "./files.js";
import { sha256Of } from "./hashing.js";
import { watchReading } from "./reading.js";
import { csrfToken, forget, LoggedOut, Rejected, send } from "./tus.js";
import { addRow, onButtons, showPanel, showSums } from "./upload_list.js";

const { gettext } = window.django;
const MAX_UPLOADS = 3; // at a time
// Limits of one request that compares checksums.
const FILES_PER_BATCH = 32;
const BYTES_PER_BATCH = 32 * 1024 * 1024;
const COMPARE_TIMEOUT = 30_000; // milliseconds

const form = document.querySelector("form[data-upload]");
const album = form.elements.album?.value; // the id of the album to which the photos are added
const maxBytes = Number(form.dataset.maxBytes);

const unchecked = [];
const ready = [];
const running = new Set();
let comparing = [];
let sums = emptySums();
let isChecking = false;

function emptySums() {
  const counts = { added: 0, restored: 0, duplicate: 0, failed: 0, cancelled: 0 };
  return { files: 0, done: 0, bytesInAll: 0, bytesDone: 0, isPaused: false, isLost: false, isLoggedOut: false, counts };
}

function isBusy() {
  return sums.done < sums.files;
}

function progress(upload, bytes) {
  sums.bytesDone += bytes - upload.sent;
  upload.sent = bytes;
  upload.row?.progress(upload.file.size ? bytes / upload.file.size : 1);
  showSums(sums);
}

function addRowFor(upload) {
  upload.row = addRow(upload.file.webkitRelativePath || upload.file.name, () => cancel(upload));
}

function finish(upload, state, sentence, url) {
  if (upload.isDone) return;
  upload.isDone = true;
  sums.counts[state] += 1;
  sums.done += 1;
  progress(upload, upload.file.size);
  upload.row?.finish(state, sentence, url);
  showSums(sums);
  if (!isBusy() && sums.counts.added + sums.counts.restored) watchReading();
}

function settle(upload, { status, url }) {
  if (status === "created") {
    finish(upload, "added", gettext("Added"), url);
  } else if (status === "restored") {
    finish(upload, "restored", gettext("Restored from the trash"), url);
  } else {
    finish(upload, "duplicate", album ? gettext("Already in your gallery, and now in the album") : gettext("Already in your gallery"), url);
  }
  announceChange();
}

async function work(upload) {
  upload.abort = new AbortController();
  running.add(upload);
  try {
    settle(upload, await send(upload, {
      address: form.dataset.address,
      signal: upload.abort.signal,
      onProgress: (bytes) => progress(upload, bytes),
      onLost: (isLost) => {
        upload.row.showStatus(isLost ? gettext("Waiting for the connection") : "");
        sums.isLost = isLost;
        showSums(sums);
      },
    }));
  } catch (error) {
    if (error instanceof Rejected) {
      finish(upload, "failed", error.message || gettext("Upload failed. Try again later."));
    } else if (error instanceof LoggedOut || upload.abort.signal.aborted) {
      if (!upload.isDone) ready.unshift(upload);
      if (error instanceof LoggedOut) pause({ isLoggedOut: true });
    } else {
      finish(upload, "failed", gettext("Upload failed. Try again later."));
      throw error;
    }
  } finally {
    running.delete(upload);
    startWork();
  }
}

function startWork() {
  while (!sums.isPaused && ready.length && running.size < MAX_UPLOADS) work(ready.shift());
  checkAll();
}

/** Ask which of these files are duplicates or partly uploaded. Without an answer all of them are sent. */
async function compare(batch) {
  const checksums = batch.map((upload) => upload.sha256).filter(Boolean);
  if (!checksums.length) return { known: {}, partial: {} };
  try {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    const answer = await fetch(form.dataset.known, {
      method: "POST",
      headers,
      body: JSON.stringify({ checksums, album }),
      signal: AbortSignal.timeout(COMPARE_TIMEOUT),
    });
    return await answer.json();
  } catch {
    return { known: {}, partial: {} };
  }
}

async function checkBatch() {
  const batch = [];
  comparing = batch;
  let bytes = 0;
  while (unchecked.length && batch.length < FILES_PER_BATCH && bytes < BYTES_PER_BATCH) {
    const upload = unchecked.shift();
    addRowFor(upload);
    batch.push(upload);
    bytes += upload.file.size;
    upload.sha256 = await sha256Of(upload.file);
  }
  const { known, partial } = await compare(batch);
  for (const upload of batch) {
    if (upload.isDone) continue;
    if (known[upload.sha256]) settle(upload, { status: "duplicate", url: known[upload.sha256] });
    else {
      upload.url = partial[upload.sha256] ?? "";
      upload.offset = upload.url ? null : 0;
      ready.push(upload);
    }
  }
  comparing = [];
  startWork();
}

async function checkAll() {
  if (isChecking) return;
  isChecking = true;
  // Stay just ahead of the uploads: most files of a large folder need no row yet.
  while (unchecked.length && ready.length < FILES_PER_BATCH) await checkBatch();
  isChecking = false;
}

/** Return why a file cannot be uploaded; empty if it can. */
function rejectionReason(file) {
  if (file.size > maxBytes) return form.dataset.tooLarge;
  if (file.type && !file.type.startsWith("image/")) return form.dataset.noPicture;
  return "";
}

function upload(files) {
  if (!files.length) return;
  if (!isBusy()) sums = emptySums();
  showPanel();
  form.closest("[popover]")?.hidePopover();
  for (const file of files) {
    const added = { file, album, sha256: "", url: "", offset: 0, sent: 0, isDone: false, row: null, abort: null };
    sums.files += 1;
    sums.bytesInAll += file.size;
    const reason = rejectionReason(file);
    if (reason) {
      addRowFor(added);
      finish(added, "failed", reason);
    } else {
      unchecked.push(added);
    }
  }
  showSums(sums);
  checkAll();
}

function cancel(upload) {
  finish(upload, "cancelled", gettext("Cancelled"));
  for (const queue of [unchecked, ready]) if (queue.includes(upload)) queue.splice(queue.indexOf(upload), 1);
  upload.abort?.abort();
  forget(upload);
}

function cancelAll() {
  sums.isPaused = false;
  for (const upload of [...unchecked, ...comparing, ...ready, ...running]) cancel(upload);
}

function pause({ isLoggedOut = false } = {}) {
  sums.isPaused = true;
  sums.isLoggedOut = isLoggedOut;
  sums.isLost = false;
  for (const upload of running) upload.abort.abort();
  showSums(sums);
}

function resume() {
  sums.isPaused = sums.isLoggedOut = false;
  showSums(sums);
  startWork();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", ({ target }) => {
  upload(target.webkitdirectory ? withoutJunk([...target.files]) : [...target.files]);
  target.value = "";
});
onButtons({ pause: () => (sums.isPaused ? resume() : pause()), cancel: cancelAll });
addEventListener("beforeunload", (event) => {
  if (isBusy()) event.preventDefault();
});
onFiles(upload, { zone: "upload" });

// Links to the upload page open the form as a popover, if the page has it.
document.addEventListener("click", (event) => {
  const popover = form.closest("[popover]");
  const opens = event.target.closest("[data-opens-upload]");
  if (!opens || !popover || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  popover.togglePopover();
});

// The button of an empty gallery asks for the files at once.
document.querySelector("[data-selects-pictures]")?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  form.querySelector("[name=files]").click();
});
