/** The stars of the photo in the lightbox: keys and the button that gives or removes all five. */

import { fetchJson, Problem } from "./requests.js";
import { rate } from "./tile_stars.js";
import { addressOf } from "./tiles.js";

const ALL = 5;

export class Stars {
  /** `panel` is the information, whose radio buttons rate while it is open; calls `failed()` if rating fails. */
  constructor(button, { panel, failed }) {
    Object.assign(this, { button, panel, failed });
    this.photo = null;
    panel.addEventListener("change", ({ target }) => target.matches("[name=importance]") && this.#mark(Number(target.value)));
    document.addEventListener("photos:edited", () => button.closest("dialog").open && this.show(this.photo));
  }

  /** Show on the button whether the photo has five stars. */
  show(photo) {
    this.photo = photo;
    this.loading = this.#load(photo);
  }

  async toggle() {
    await this.loading;
    this.rate(this.button.ariaPressed === "true" ? 0 : ALL);
  }

  async #load(photo) {
    this.#mark(0);
    try {
      const { importance } = await fetchJson(addressOf(photo.id, "state"));
      if (this.photo === photo) this.#mark(importance);
    } catch (error) {
      // The picture itself explains problems.
      if (!(error instanceof Problem)) throw error;
    }
  }

  async rate(importance) {
    const { photo } = this;
    const radio = this.panel.querySelector(`input[name=importance][value="${importance}"]`);
    if (radio && !this.panel.hidden) {
      radio.click();
      return;
    }
    if (!await rate([photo.id], importance)) this.failed();
    else if (this.photo === photo) this.#mark(Number(importance));
  }

  #mark(importance) {
    this.button.ariaPressed = String(importance === ALL);
  }
}
