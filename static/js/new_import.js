/** A new import: its archive is sent in pieces first, and goes on where it stopped, after a closed browser too. */

import { takeFiles } from "./files.js";
import { csrfToken, forget, LoggedOut, Refused, send } from "./tus.js";
import { bytes } from "./upload_list.js";

const { gettext, interpolate } = window.django;
// There may be room again later.
const NO_ROOM = [413, 507];

const form = document.querySelector("form[data-archives]");
const { archive, upload: sent } = form.elements;
const panel = form.querySelector("[data-sending]");
const part = (name) => panel.querySelector(`[data-${name}]`);
const bar = panel.querySelector("progress");
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

let abort = null;

// A checksum of so much would take longer than much of the way; nobody has two files that are alike in these.
function keyOf({ name, size, lastModified }) {
  return `archive ${size} ${lastModified} ${name}`;
}

function say(sentence, { isError = false } = {}) {
  panel.classList.toggle("refused", isError);
  // Read aloud whenever it changes: only then is it touched.
  if (part("summary").textContent !== sentence) part("summary").textContent = sentence;
}

function showProgress(done, all) {
  bar.value = all ? done / all : 1;
  part("amounts").textContent = interpolate(
    gettext("%(bytesDone)s of %(bytesInAll)s · %(percent)s"),
    { bytesDone: bytes(done), bytesInAll: bytes(all), percent: percent.format(bar.value) },
    true,
  );
}

function setSending(isSending) {
  part("cancel").hidden = !isSending;
  archive.disabled = isSending;
  for (const button of form.querySelectorAll("[name=go]")) button.disabled = isSending;
}

/** The id under which an import may take `file`. */
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
        say(isLost ? gettext("Connection lost. The upload will resume by itself.") : gettext("Uploading…"));
      },
    });
    return answer.upload;
  } catch (error) {
    // What has come is of no use where the rest is not wanted.
    if (abort.signal.aborted || (error instanceof Refused && !NO_ROOM.includes(error.cause))) {
      localStorage.removeItem(keyOf(file));
      forget(upload);
    }
    throw error;
  }
}

function explain(error) {
  bar.hidden = part("amounts").hidden = true;
  if (abort.signal.aborted) return say(gettext("Cancelled"));
  if (error instanceof LoggedOut) return say(gettext("You are logged out. Log in in another tab, then resume here."));
  say(error.message || gettext("Upload failed. Try again later."), { isError: true });
  if (!(error instanceof Refused)) throw error;
}

async function sendFirst(button) {
  const [file] = archive.files;
  abort = new AbortController();
  panel.hidden = bar.hidden = part("amounts").hidden = false;
  say(gettext("Uploading…"));
  showProgress(0, file.size);
  setSending(true);
  try {
    sent.value = await sendArchive(file);
  } catch (error) {
    return explain(error);
  } finally {
    setSending(false);
    abort = null;
  }
  archive.value = "";
  // Whoever had to log in again, in another tab, has another one.
  form.elements.csrfmiddlewaretoken.value = csrfToken();
  form.requestSubmit(button);
}

form.addEventListener("submit", (event) => {
  if (!archive.files.length) return;
  event.preventDefault();
  sendFirst(event.submitter);
});
part("cancel").addEventListener("click", () => abort?.abort());
addEventListener("beforeunload", (event) => {
  if (abort) event.preventDefault();
});

form.querySelector("[data-sent] button")?.addEventListener("click", (event) => {
  const note = event.target.closest("[data-sent]");
  forget({ url: note.dataset.sent });
  sent.value = "";
  note.remove();
});

takeFiles(([file]) => {
  if (abort) return;
  const transfer = new DataTransfer();
  transfer.items.add(file);
  archive.files = transfer.files;
  archive.focus();
}, { zone: "archive" });
