/** The ids of many photos of the timeline, loaded or not, from the server. */

import { notify } from "./actions.js";
import { fetchJson } from "./requests.js";
import { rememberDays } from "./selected_photos.js";

/** Return the ids of a `group` (a day or a month), of those from `one` photo to the `other`, or of all photos. Rejects with a Problem. */
export async function fetchIds(fields) {
  const query = new URLSearchParams(document.querySelector(".timeline").dataset.scope);
  for (const [name, value] of Object.entries(fields)) query.set(name, value);
  const { ids, days, message } = await fetchJson(`${document.querySelector("#selection").dataset.photos}?${query}`);
  let place = 0;
  for (const [day, count] of days) {
    rememberDays(ids.slice(place, place + count).map((id) => ({ id, day })));
    place += count;
  }
  if (message) notify(message);
  return ids;
}
