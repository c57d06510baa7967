/** SHA-256 of files, computed in a worker. */

// SubtleCrypto needs the whole file in memory.
const MAX_BYTES = 256 * 1024 * 1024;

let worker = null;
let last = Promise.resolve();

function askWorker(file) {
  worker ??= new Worker(new URL("./hash_worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve("");
    worker.postMessage(file);
  });
}

/** Return the SHA-256 of `file` in hexadecimal, or "" if unavailable. Files are hashed one at a time to save memory. */
export function sha256Of(file) {
  // SubtleCrypto needs https or localhost; without it every file is sent, and the server compares.
  if (!isSecureContext || file.size > MAX_BYTES) return Promise.resolve("");
  last = last.then(() => askWorker(file));
  return last;
}
