/** Files dropped anywhere on the page: `takeFiles(handler)` calls `handler` with an array of File objects. */

function bringsFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

export function takeFiles(handler) {
  // Entering a child fires before leaving its parent, so depth is counted.
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    document.documentElement.classList.toggle("dropping", depth > 0);
  };
  document.addEventListener("dragenter", (event) => bringsFiles(event) && show(1));
  document.addEventListener("dragleave", (event) => bringsFiles(event) && show(-1));
  document.addEventListener("dragover", (event) => bringsFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    show(-depth);
    handler([...event.dataTransfer.files]);
  });
}
