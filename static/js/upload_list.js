/** The list of uploads: a row for each file, totals, and a summary. */

const { gettext, interpolate, ngettext } = window.django;

// Completed rows beyond this number are removed, so that large folders do not slow the page down.
const MAX_ROWS = 200;
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

export function showPanel() {
  panel.hidden = false;
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
  return {
    progress(share) {
      find("progress").value = share;
    },
    showStatus(sentence) {
      find("outcome").textContent = sentence;
    },
    finish(state, sentence, url) {
      row.dataset.state = state;
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
  part("close").addEventListener("click", () => {
    panel.hidden = true;
    list.replaceChildren();
  });
}
