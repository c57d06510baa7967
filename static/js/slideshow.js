/** The slideshow: shows the next photo every few seconds, until the last one, a press of its button, or a gesture. */

const { gettext } = window.django;
const SECONDS = 5;

export class Slideshow {
  /** `button` starts and pauses it; it calls `next()`. */
  constructor(button, { next }) {
    Object.assign(this, { button, next });
    this.timer = 0;
    this.isPlaying = false;
  }

  /** Start with the photo in `image`, or pause. */
  toggle(image) {
    if (this.isPlaying) {
      this.stop();
      return;
    }
    this.#setPlaying(true);
    this.wait(image);
  }

  stop() {
    clearTimeout(this.timer);
    if (this.isPlaying) this.#setPlaying(false);
  }

  /** Show the next photo a while after `image` has loaded or failed to load. */
  async wait(image) {
    clearTimeout(this.timer);
    if (!this.isPlaying) return;
    try {
      await image.decode();
    } catch { /* Its place shows a message for the same time. */ }
    clearTimeout(this.timer);
    if (this.isPlaying && image.isConnected) this.timer = setTimeout(this.next, SECONDS * 1000);
  }

  #setPlaying(isPlaying) {
    this.isPlaying = isPlaying;
    const label = isPlaying ? gettext("Pause slideshow") : gettext("Play slideshow");
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
    this.button.classList.toggle("is-playing", isPlaying);
    this.button.closest("dialog").classList.toggle("playing", isPlaying);
  }
}
