/** Sends a file in pieces and goes on after a lost connection: the client's side of tus 1.0 (gallery/views/resumable.py). */

const PIECE = 4 * 1024 * 1024;
const LONGEST_REST = 30_000; // milliseconds
// An error of the server's own may pass, but not for ever.
const MAX_FAULTS = 4;
const BUSY = 423;
const DISK_FULL = 507;

/** The server will not have this file; `message` is its sentence, or empty, `cause` the status in HTTP. */
export class Refused extends Error {}

/** Nobody is logged in any more. */
export class LoggedOut extends Error {}

/** Try again. */
class Lost extends Error {}

/** The token that Django wants; read each time, because logging in again changes it. */
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function request(method, url, { headers = {}, body = null, signal, onProgress }) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.responseType = "json";
    const all = { "Tus-Resumable": "1.0.0", Accept: "application/json", "X-CSRFToken": csrfToken(), ...headers };
    for (const [name, value] of Object.entries(all)) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener("progress", ({ loaded }) => onProgress?.(loaded));
    xhr.addEventListener("loadend", () => (signal.aborted ? reject(signal.reason) : resolve(xhr)));
    signal.addEventListener("abort", () => xhr.abort());
    if (signal.aborted) reject(signal.reason);
    else xhr.send(body);
  });
}

/** `answer` if it is a success, else the error that says what to do. */
function judge(answer) {
  if (new URL(answer.responseURL || location.href).pathname.startsWith("/login")) throw new LoggedOut();
  if (answer.status >= 200 && answer.status < 300) return answer;
  if ([0, 409, BUSY, 429, 502, 503, 504].includes(answer.status)) throw new Lost();
  if (answer.status >= 500 && answer.status !== DISK_FULL) throw new Lost("fault");
  throw new Refused(answer.response?.detail ?? "", { cause: answer.status });
}

function encode(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function metadata({ file, sha256 }) {
  return `filename ${encode(file.name)}${sha256 && `,sha256 ${encode(sha256)}`}`;
}

/** Send the next piece, the first with the announcement of the file; what became of the file if it was the last. */
async function sendPiece(upload, { address, signal, onProgress }) {
  const isFirst = !upload.url;
  const offset = upload.offset;
  const answer = judge(await request(isFirst ? "POST" : "PATCH", upload.url || address, {
    headers: {
      "Content-Type": "application/offset+octet-stream",
      ...isFirst
        ? { "Upload-Length": upload.file.size, "Upload-Metadata": metadata(upload) }
        : { "Upload-Offset": offset },
    },
    body: upload.file.slice(offset, offset + PIECE),
    signal,
    onProgress: (loaded) => onProgress(Math.min(offset + loaded, upload.file.size)),
  }));
  upload.url ||= new URL(answer.getResponseHeader("Location")).pathname;
  upload.offset = Number(answer.getResponseHeader("Upload-Offset"));
  onProgress(upload.offset);
  return answer.response;
}

/** Learn how much has come. */
async function findOffset(upload, { signal, onProgress }) {
  const answer = await request("HEAD", upload.url, { signal });
  if (answer.status === 404) {
    upload.url = "";
    upload.offset = 0;
  } else {
    upload.offset = Number(judge(answer).getResponseHeader("Upload-Offset"));
  }
  onProgress(upload.offset);
}

function rest(tries, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(LONGEST_REST, 500 * 2 ** tries));
    addEventListener("online", resolve, { once: true, signal });
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); });
  });
}

/**
 * Send `upload` ({ file, sha256, url, offset }; `url` where it was begun before, `offset` null if not known) and return
 * the server's word on it. It may be aborted by `signal` and sent again later. `onLost` is told whether the connection
 * is lost at the moment. Throws Refused, LoggedOut, or the signal's reason.
 */
export async function send(upload, options) {
  let tries = 0;
  let faults = 0;
  for (;;) {
    try {
      if (upload.offset === null) await findOffset(upload, options);
      const outcome = await sendPiece(upload, options);
      options.onLost(false);
      tries = 0;
      if (outcome) return outcome;
    } catch (error) {
      upload.offset = upload.url ? null : 0;
      if (!(error instanceof Lost)) throw error;
      if (error.message === "fault" && ++faults > MAX_FAULTS) throw new Refused("");
      options.onLost(true);
      await rest(tries++, options.signal);
    }
  }
}

/** Have the server forget what it has of `upload`. */
export async function forget(upload) {
  const { signal } = new AbortController();
  // The request that was broken off may hold it for a moment.
  for (let tries = 0; upload.url && tries < MAX_FAULTS; tries++) {
    const { status } = await request("DELETE", upload.url, { signal });
    if (status !== BUSY) return;
    await rest(tries, signal);
  }
}
