/** The form of a new import: uploads its archive first, and resumes after an interruption or a restart of the browser. */

import { onFiles } from "./files.js";
import { csrfToken, forget, LoggedOut, Rejected, send } from "./tus.js";
import { bytes } from "./upload_list.js";

const { gettext, interpolate } = window.django;
// Statuses after which the partial upload is kept, because there may be room later.
const NO_ROOM = [413, 507];

const form = document.querySelector("form[data-archives]");
const { archive, upload: uploadId } = form.elements;
const panel = form.querySelector("[data-sending]");
const part = (name) => panel.querySelector(`[data-${name}]`);
const bar = panel.querySelector("progress");
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

let abort = null;

/** Return a key for localStorage; computing a checksum of an archive would take too long. */
function keyOf({ name, size, lastModified }) {
  return `archive ${size} ${lastModified} ${name}`;
}

function showMessage(message, { isError = false } = {}) {
  panel.classList.toggle("failed", isError);
  // A status is read aloud whenever it is set, even to the same text.
  if (part("summary").textContent !== message) part("summary").textContent = message;
}

function showProgress(done, all) {
  bar.value = all ? done / all : 1;
  part("amounts").textContent = interpolate(
    gettext("%(bytesDone)s of %(bytesInAll)s · %(percent)s"),
    { bytesDone: bytes(done), bytesInAll: bytes(all), percent: percent.format(bar.value) },
    true,
  );
}

function setUploading(isUploading) {
  part("cancel").hidden = !isUploading;
  archive.disabled = isUploading;
  for (const button of form.querySelectorAll("[name=go]")) button.disabled = isUploading;
}

/** Hide the options of folders while an archive is selected. */
function showWhatApplies() {
  const options = form.querySelector("[data-folder-options]");
  if (options) options.hidden = archive.files.length > 0 || uploadId.value !== "";
}

/** Upload `file` and return the id of the upload, for the form. */
async function sendArchive(file) {
  const url = localStorage.getItem(keyOf(file)) ?? "";
  const upload = { file, sha256: "", url, offset: url ? null : 0 };
  try {
    const answer = await send(upload, {
      address: form.dataset.archives,
      signal: abort.signal,
      onProgress(done) {
        if (upload.url) localStorage.setItem(keyOf(file), upload.url);
        showProgress(done, file.size);
      },
      onLost(isLost) {
        showMessage(isLost ? gettext("Connection lost. The upload will resume by itself.") : gettext("Uploading…"));
      },
    });
    return answer.upload;
  } catch (error) {
    // The upload cannot be completed: discard its part on the server.
    if (abort.signal.aborted || (error instanceof Rejected && !NO_ROOM.includes(error.cause))) {
      localStorage.removeItem(keyOf(file));
      forget(upload);
    }
    throw error;
  }
}

function explain(error) {
  bar.hidden = part("amounts").hidden = true;
  if (abort.signal.aborted) return showMessage(gettext("Cancelled"));
  if (error instanceof LoggedOut) return showMessage(gettext("You are logged out. Log in in another tab, then resume here."));
  showMessage(error.message || gettext("Upload failed. Try again later."), { isError: true });
  if (!(error instanceof Rejected)) throw error;
}

async function uploadThenSubmit(button) {
  const [file] = archive.files;
  abort = new AbortController();
  panel.hidden = bar.hidden = part("amounts").hidden = false;
  showMessage(gettext("Uploading…"));
  showProgress(0, file.size);
  setUploading(true);
  try {
    uploadId.value = await sendArchive(file);
  } catch (error) {
    return explain(error);
  } finally {
    setUploading(false);
    abort = null;
  }
  archive.value = "";
  // A login in another tab has changed the token.
  form.elements.csrfmiddlewaretoken.value = csrfToken();
  form.requestSubmit(button);
}

form.addEventListener("submit", (event) => {
  if (!archive.files.length) return;
  event.preventDefault();
  uploadThenSubmit(event.submitter);
});
part("cancel").addEventListener("click", () => abort?.abort());
addEventListener("beforeunload", (event) => {
  if (abort) event.preventDefault();
});

form.querySelector("[data-uploaded] button")?.addEventListener("click", (event) => {
  const note = event.target.closest("[data-uploaded]");
  forget({ url: note.dataset.uploaded });
  uploadId.value = "";
  note.remove();
  showWhatApplies();
});

onFiles(([file]) => {
  if (abort) return;
  const transfer = new DataTransfer();
  transfer.items.add(file);
  archive.files = transfer.files;
  archive.focus();
  showWhatApplies();
}, { zone: "archive" });

archive.addEventListener("change", showWhatApplies);
showWhatApplies();
