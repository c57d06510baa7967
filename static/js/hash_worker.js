/** Worker that answers each File with its SHA-256 in hexadecimal, or an empty string if it is unreadable. */

addEventListener("message", async ({ data: file }) => {
  try {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    postMessage([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  } catch {
    postMessage("");
  }
});
