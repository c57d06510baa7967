/** The page of a photo that was rotated: it shows the new preview as soon as the server has made it. */

const PAUSE = 1000; // milliseconds
const MOST_TRIES = 60;

const picture = document.querySelector(".picture[data-state]");
let tries = 0;

async function check() {
  tries += 1;
  const response = await fetch(picture.dataset.state, { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.ok && (await response.json()).turn === 0) location.reload();
  else if (tries < MOST_TRIES) setTimeout(check, PAUSE);
}

if (picture) setTimeout(check, PAUSE);
