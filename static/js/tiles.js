/** Tiles of photos: their placeholders, their photos, and the lists that they belong to. */

// The head of a BMP file of 4 × 4 pixels with 24 bits each, in base64; the placeholder is its body.
const BMP_HEAD = "Qk1mAAAAAAAAADYAAAAoAAAABAAAAAQAAAABABgAAAAAADAAAAATCwAAEwsAAAAAAAAAAAAA";

export function showPlaceholder(element, pixels) {
  element.style.backgroundImage = pixels ? `url("data:image/bmp;base64,${BMP_HEAD}${pixels}")` : "";
}

/** Return the address of a photo's page, or of `part` below it. */
export function addressOf(id, part = "") {
  const page = document.querySelector("#lightbox").dataset.photoPage.replace(/0$/, id);
  return part ? `${page}/${part}` : page;
}

/** Return the photo of a tile that the server rendered. */
function photoOf(tile) {
  const { photo, version, width, height, rotation = 0, turn = 0, animation = 0, placeholder = "" } = tile.dataset;
  return {
    id: Number(photo),
    version: Number(version),
    width: Number(width),
    height: Number(height),
    rotation: Number(rotation), // degrees clockwise by hand
    turn: Number(turn), // by which the thumbnails are still to be turned
    animation: Number(animation), // bytes of the original if it moves
    placeholder,
    name: tile.querySelector("img")?.alt ?? tile.querySelector("small")?.textContent ?? "",
    broken: Boolean(tile.querySelector(".broken")),
    query: tile.querySelector("a").search,
  };
}

/** The list of the tiles in an element, in the order of the page. */
class TileList {
  constructor(element) {
    this.element = element;
  }

  get photos() {
    const tiles = [...this.element.querySelectorAll(".tile[data-photo]")];
    return tiles.filter((tile) => !tile.closest("[hidden]")).map(photoOf);
  }

  async photo(id) {
    return this.photos.find((photo) => photo.id === id) ?? null;
  }

  /** Return the photo `step` places further; null beyond the ends, undefined if this photo is not in the list. */
  async neighbour(id, step) {
    const { photos } = this;
    const at = photos.findIndex((photo) => photo.id === id);
    return at < 0 ? undefined : photos[at + step] ?? null;
  }

  /** Return the photos from one to the other that have loaded, without waiting; empty if one of the two is gone. */
  known(one, other) {
    const { photos } = this;
    const ends = [one, other].map((id) => photos.findIndex((photo) => photo.id === id)).sort((a, b) => a - b);
    return ends[0] < 0 ? [] : photos.slice(ends[0], ends[1] + 1);
  }

  async between(one, other) {
    return this.known(one, other).map(({ id }) => id);
  }
}

const lists = new WeakMap();

/** Register `list` for the tiles in `element`. */
export function setList(element, list) {
  lists.set(element, list);
}

export function listOf(tile) {
  const element = tile.closest(".timeline, .tiles");
  return lists.get(element) ?? new TileList(element);
}

function showPlaceholders(root) {
  for (const tile of root.querySelectorAll("[data-placeholder]")) showPlaceholder(tile, tile.dataset.placeholder);
}

/** Move long pictures on their tiles to the part that the server chose; the CSP forbids style attributes. */
function showCrops(root) {
  for (const image of root.querySelectorAll(".tile[data-focus] img")) {
    image.style.objectPosition = image.closest(".tile").dataset.focus;
  }
}

function prepare(root) {
  showPlaceholders(root);
  showCrops(root);
}

prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.target.parentElement ?? document));
