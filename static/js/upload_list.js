/** The list of uploads: a row for each file, totals, and a summary. */

const { gettext, interpolate, ngettext } = window.django;

// Completed rows beyond this number are removed, so that large folders do not slow the page down.
const MAX_ROWS = 200;
// A panel without failures closes by itself, unless the pointer or the focus is in it.
const SECONDS_SHOWN = 8;
// The order of the rows by their state; without one, an upload waits or runs.
const RANKS = { failed: 0, duplicate: 2, cancelled: 2, restored: 3, added: 3 };
const UNITS = ["kilobyte", "megabyte", "gigabyte", "terabyte"];

const panel = document.querySelector("#uploads");
const list = panel.querySelector("ol");
const part = (name) => panel.querySelector(`[data-${name}]`);

/** Return a number of bytes in the page's language. */
export function bytes(count) {
  const power = Math.max(1, Math.min(UNITS.length, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  const options = { style: "unit", unit: UNITS[power - 1], unitDisplay: "short", maximumFractionDigits: power > 1 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, options).format(count / 1000 ** power);
}

function number(count) {
  return count.toLocaleString(document.documentElement.lang);
}

let folding = 0;

export function showPanel() {
  clearTimeout(folding);
  panel.hidden = false;
}

function hidePanel() {
  panel.hidden = true;
  list.replaceChildren();
}

/** Hide the panel some seconds after the end; on the upload page it stays. */
function foldSoon() {
  clearTimeout(folding);
  if (!panel.closest(".corner")) return;
  folding = setTimeout(() => (panel.matches(":hover, :focus-within") ? foldSoon() : hidePanel()), SECONDS_SHOWN * 1000);
}

function rank(row) {
  return RANKS[row.dataset.state] ?? 1;
}

/** Move a row below all that precede it: failures, uploads that wait or run, duplicates, added files. */
function place(row) {
  const following = [...list.children].find((other) => other !== row && rank(other) > rank(row));
  // Moving a row takes the focus from it.
  if (!row.contains(document.activeElement)) list.insertBefore(row, following ?? null);
}

/** Scroll to a running upload, unless the user looks at other rows. */
function follow(row) {
  if (list.matches(":hover, :focus-within")) return;
  const [rows, at] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  if (at.top < rows.top || at.bottom > rows.bottom) list.scrollTop += at.top - rows.top;
}

/** Add a row for `name`, whose button calls `onCancel`. */
export function addRow(name, onCancel) {
  const row = part("row").content.firstElementChild.cloneNode(true);
  const find = (what) => row.querySelector(`[data-${what}]`);
  find("name").textContent = name;
  find("name").title = name;
  find("progress").setAttribute("aria-label", name);
  find("cancel").setAttribute("aria-label", interpolate(gettext("Cancel %s"), [name]));
  find("cancel").addEventListener("click", onCancel);
  list.append(row);
  place(row);
  return {
    progress(share) {
      if (!find("progress").value && share) follow(row);
      find("progress").value = share;
    },
    showStatus(sentence) {
      find("outcome").textContent = sentence;
    },
    finish(state, sentence, url) {
      row.dataset.state = state;
      if (row.isConnected) place(row);
      find("progress").remove();
      find("cancel").remove();
      find("outcome").textContent = sentence;
      if (url) {
        const link = document.createElement("a");
        link.href = url;
        link.textContent = name;
        find("name").replaceChildren(link);
      }
      if (list.children.length > MAX_ROWS) list.querySelector("[data-state=added], [data-state=restored], [data-state=duplicate]")?.remove();
    },
    remove() {
      row.remove();
    },
  };
}

/** Show the numbers of files and bytes, and the state of the uploads. */
export function showSums({ files, done, bytesInAll, bytesDone, isPaused, isLost, isLoggedOut, counts }) {
  const isOver = done === files;
  part("all").hidden = part("pause").hidden = part("cancel-all").hidden = isOver;
  part("close").hidden = !isOver;
  part("all").value = bytesInAll ? bytesDone / bytesInAll : 0;
  part("pause").textContent = isPaused ? gettext("Resume") : gettext("Pause");
  part("amounts").hidden = isOver;
  part("amounts").textContent = interpolate(
    gettext("%(done)s of %(files)s files, %(bytesDone)s of %(bytesInAll)s"),
    { done: number(done), files: number(files), bytesDone: bytes(bytesDone), bytesInAll: bytes(bytesInAll) },
    true,
  );
  if (isOver && !counts.failed) foldSoon();
  let sentence = gettext("Uploading…");
  if (isOver) sentence = summary(counts);
  else if (isLoggedOut) sentence = gettext("You are logged out. Log in in another tab, then resume here.");
  else if (isPaused) sentence = gettext("Paused");
  else if (isLost) sentence = gettext("Connection lost. The upload will resume by itself.");
  // A status is read aloud whenever it is set, even to the same text.
  if (part("summary").textContent !== sentence) part("summary").textContent = sentence;
}

function summary(counts) {
  const parts = [
    [counts.added, gettext("%s added")],
    [counts.restored, gettext("%s restored from the trash")],
    [counts.duplicate, ngettext("%s duplicate", "%s duplicates", counts.duplicate)],
    [counts.failed, gettext("%s failed")],
    [counts.cancelled, gettext("%s cancelled")],
  ];
  const shown = parts.filter(([count]) => count).map(([count, words]) => interpolate(words, [number(count)]));
  return shown.join(" · ");
}

export function onButtons({ pause, cancel }) {
  part("pause").addEventListener("click", pause);
  part("cancel-all").addEventListener("click", cancel);
  part("close").addEventListener("click", hidePanel);
}
