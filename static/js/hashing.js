/** SHA-256 of files, beside the page: `hash(file)` gives it in hexadecimal, or "" where none can be had. */

// SubtleCrypto wants the whole file in memory.
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

/** One after the other: several large files at once would fill the memory. */
export function hash(file) {
  // Only https and this very machine count as secure; elsewhere every file is sent, and the server compares.
  if (!isSecureContext || file.size > MAX_BYTES) return Promise.resolve("");
  last = last.then(() => askWorker(file));
  return last;
}
