/** The timeline as a list for the lightbox and the selection: its photos in order, loaded or not. */

import { fetchIds } from "./photo_ids.js";

/** `photoOfId(id)` returns a loaded photo; `isChanging()` tells that places are about to change. */
export function timelineList(store, { photoOfId, isChanging }) {
  /** Return the place of the photo with this id, after pending changes; undefined if it is gone. */
  async function placeOf(id) {
    while (store.indexOf(id) === undefined && (isChanging() || store.isLoading)) {
      await new Promise((done) => { setTimeout(done, 50); });
    }
    return store.indexOf(id);
  }

  /** Return the photo `step` places further; null beyond the ends, undefined if this one is gone. */
  async function neighbour(id, step) {
    const index = await placeOf(id);
    if (index === undefined) return undefined;
    try {
      return await store.load(index + step);
    } catch (error) {
      if (error.kind !== "outdated") throw error;
    }
    const moved = await placeOf(id);
    return moved === undefined ? undefined : store.load(moved + step);
  }

  return {
    photo: async (id) => photoOfId(id),
    neighbour,
    between: (one, other) => fetchIds({ one, other }),
    known: (one, other) => {
      const [first, last] = [store.indexOf(one), store.indexOf(other)].sort((a, b) => a - b);
      return Array.from({ length: last - first + 1 || 0 }, (_, place) => store.at(first + place));
    },
  };
}
