/** Client of the tus 1.0 protocol: uploads a file in pieces, and resumes after a lost connection. */

import { isLoginPage } from "./requests.js";

const PIECE = 4 * 1024 * 1024;
const MAX_PAUSE = 30_000; // milliseconds
// Server errors may be temporary, so a few are retried.
const MAX_FAULTS = 4;
const BUSY = 423;
const DISK_FULL = 507;

/** The server rejected the file. `message` is its explanation or empty, `cause` the HTTP status. */
export class Rejected extends Error {}

/** The session has ended. */
export class LoggedOut extends Error {}

/** The request failed for the moment and can be repeated. */
class Retry extends Error {}

/** Return Django's CSRF token, which changes at each login. */
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

/** Return a successful `answer`; throw LoggedOut, Retry or Rejected otherwise. */
function checked(answer) {
  if (isLoginPage(answer.responseURL || location.href)) throw new LoggedOut();
  if (answer.status >= 200 && answer.status < 300) return answer;
  if ([0, 409, BUSY, 429, 502, 503, 504].includes(answer.status)) throw new Retry();
  if (answer.status >= 500 && answer.status !== DISK_FULL) throw new Retry("fault");
  throw new Rejected(answer.response?.detail ?? "", { cause: answer.status });
}

function encode(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** Return the modification time of a file for the server; empty if the file has none that dates can express. */
export function modificationTime(file) {
  const time = new Date(file.lastModified);
  return time.getFullYear() > 0 && time.getFullYear() < 9999 ? time.toISOString() : "";
}

function metadata({ file, album, sha256 }) {
  const pairs = { filename: file.name, album, sha256, modified_at: modificationTime(file) };
  return Object.entries(pairs).filter(([, value]) => value).map(([name, value]) => `${name} ${encode(value)}`).join();
}

/** Send the next piece; the first one creates the upload. Return the server's outcome after the last piece. */
async function sendPiece(upload, { address, signal, onProgress }) {
  const isFirst = !upload.url;
  const offset = upload.offset;
  const answer = checked(await request(isFirst ? "POST" : "PATCH", upload.url || address, {
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

/** Ask the server how many bytes it has. */
async function findOffset(upload, { signal, onProgress }) {
  const answer = await request("HEAD", upload.url, { signal });
  if (answer.status === 404) {
    upload.url = "";
    upload.offset = 0;
  } else {
    upload.offset = Number(checked(answer).getResponseHeader("Upload-Offset"));
  }
  onProgress(upload.offset);
}

function pause(tries, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(MAX_PAUSE, 500 * 2 ** tries));
    addEventListener("online", resolve, { once: true, signal });
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); });
  });
}

/**
 * Send `upload` ({ file, sha256, url, offset }; `url` if it was started before, `offset` null if unknown) and return the
 * server's outcome. `signal` aborts it, and it can be sent again later. `onLost` is called with whether the connection is
 * lost. Throws Rejected, LoggedOut, or the signal's reason.
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
      if (!(error instanceof Retry)) throw error;
      if (error.message === "fault" && ++faults > MAX_FAULTS) throw new Rejected("");
      options.onLost(true);
      await pause(tries++, options.signal);
    }
  }
}

/** Delete the part of `upload` on the server. */
export async function forget(upload) {
  const { signal } = new AbortController();
  // The aborted request may lock the upload for a moment.
  for (let tries = 0; upload.url && tries < MAX_FAULTS; tries++) {
    const { status } = await request("DELETE", upload.url, { signal });
    if (status !== BUSY) return;
    await pause(tries, signal);
  }
}
