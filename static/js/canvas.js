/**
 * The scrolled area of the timeline.
 *
 * Positions are those in a timeline of any height, but browsers draw only some millions of pixels: of higher ones the
 * middle part is compressed. Small scrolling moves the photos by as many pixels everywhere, and large jumps lead to
 * about the same share of the timeline. When heights above the screen change, `origin` takes up the difference, so that
 * no running scroll is disturbed; the scroll position follows when scrolling rests.
 */

const LIMIT = 3_000_000; // pixels
const EDGE = 500_000; // pixels at the upper and lower end that are not compressed
const JUMP = 3; // screens

export class Canvas {
  /** `above` is the height of the page's header, which covers the upper edge of the screen. */
  constructor(element, { above }) {
    Object.assign(this, { element, above, origin: 0, height: 0, room: 0, offset: 0, last: scrollY });
  }

  /** Measure the page around the timeline again. */
  measure() {
    this.offset = this.element.offsetTop - this.above;
    this.room = Math.max(1, document.documentElement.scrollHeight - innerHeight);
  }

  setHeight(height) {
    if (height !== this.height) this.element.style.blockSize = `${Math.min(height, LIMIT)}px`;
    this.height = height;
    this.measure();
  }

  /** The position at the upper edge of the screen, below the header. */
  get y() {
    return scrollY - this.offset + this.origin;
  }

  /** The position at the upper edge when the page is scrolled to its end. */
  get end() {
    return this.room - this.offset + this.excess;
  }

  get isAtStart() {
    return scrollY <= 0;
  }

  get isAtEnd() {
    return this.y >= this.end - 1;
  }

  /** How far the page is scrolled, from 0 to 1. */
  get share() {
    return Math.min(1, Math.max(0, (this.y + this.offset) / (this.end + this.offset)));
  }

  get excess() {
    return Math.max(0, this.height - LIMIT);
  }

  /** Scroll to a position. */
  go(y) {
    const target = Math.max(-this.offset, Math.min(this.end, y));
    scrollTo({ top: this.#scrollOf(target + this.offset), behavior: "instant" });
    this.last = scrollY;
    this.origin = this.excess ? target - this.last + this.offset : 0;
  }

  goToShare(share) {
    this.go(share * (this.end + this.offset) - this.offset);
  }

  /** Keep the photos in place although what is above them became higher by `difference`. */
  shift(difference) {
    this.origin += difference;
  }

  /** The page was scrolled. */
  follow() {
    const step = Math.abs(scrollY - this.last);
    this.last = scrollY;
    if (step > JUMP * innerHeight) this.origin = this.#wanted;
    else if (scrollY < innerHeight || scrollY > this.room - innerHeight) this.rest();
  }

  /** Scrolling rests: scroll to where this position belongs. */
  rest() {
    if (Math.abs(this.origin - this.#wanted) > 0.5) this.go(this.y);
  }

  /** The origin that belongs to the scroll position. */
  get #wanted() {
    return this.excess && this.excess * Math.min(1, Math.max(0, (scrollY - EDGE) / this.#middle));
  }

  /** Return the scroll position that belongs to a distance from the upper end. */
  #scrollOf(distance) {
    if (distance <= EDGE || !this.excess) return distance;
    return Math.max(distance - this.excess, EDGE + (distance - EDGE) / (1 + this.excess / this.#middle));
  }

  get #middle() {
    return this.room - 2 * EDGE;
  }
}
