/** The strip beside the timeline: shows the years and the position, and jumps to months by dragging, clicking or keys. */

import { monthName } from "./timeline_headings.js";

const YEAR_HEIGHT = 22; // pixels

export class Scrubber {
  /** `go(fraction)` scrolls to a fraction of the timeline, `goToMonth(number)` to the beginning of a month. */
  constructor(element, { go, goToMonth }) {
    Object.assign(this, { element, go, goToMonth });
    this.handle = element.querySelector(".handle");
    this.bubble = element.querySelector(".bubble");
    this.month = 0;
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      element.classList.add("is-dragged");
      this.#drag(event);
    });
    element.addEventListener("pointermove", (event) => element.classList.contains("is-dragged") && this.#drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, () => element.classList.remove("is-dragged"));
    }
    element.addEventListener("keydown", (event) => this.#press(event));
  }

  /** Show the months of `layout`, or hide the strip if all of them fit on the screen. */
  show(layout) {
    this.layout = layout;
    this.element.hidden = layout.height < innerHeight * 1.5;
    this.element.ariaValueMin = "1";
    this.element.ariaValueMax = String(layout.months.length);
    this.#labelYears();
  }

  /** Show the position: a fraction of the timeline, and the number of a month. */
  move(fraction, number) {
    const month = this.layout.months[number];
    if (!month) return;
    this.month = number;
    this.handle.style.insetBlockStart = this.bubble.style.insetBlockStart = `${fraction * 100}%`;
    const text = `${monthName(month.key)} · ${month.count.toLocaleString(document.documentElement.lang)}`;
    if (this.bubble.textContent === text) return;
    this.bubble.textContent = text;
    this.element.ariaValueNow = String(number + 1);
    this.element.ariaValueText = text;
  }

  #labelYears() {
    const height = this.element.clientHeight;
    const labels = [];
    let free = 0;
    let last = "";
    for (const month of this.layout.months) {
      const year = month.key.slice(0, 4);
      const top = (this.layout.topOf(month) / this.layout.height) * height;
      if (year === last || top < free) continue;
      last = year;
      free = top + YEAR_HEIGHT;
      const label = document.createElement("li");
      label.textContent = year;
      label.style.insetBlockStart = `${top}px`;
      labels.push(label);
    }
    this.element.querySelector("ol").replaceChildren(...labels);
  }

  #drag(event) {
    const box = this.element.getBoundingClientRect();
    this.go(Math.min(1, Math.max(0, (event.clientY - box.y) / box.height)));
  }

  #press(event) {
    const last = this.layout.months.length - 1;
    const number = {
      ArrowDown: this.month + 1, ArrowRight: this.month + 1, ArrowUp: this.month - 1, ArrowLeft: this.month - 1,
      PageDown: this.month + 12, PageUp: this.month - 12, Home: 0, End: last,
    }[event.key];
    if (number === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    // Known at once: the next key may come before the page is drawn.
    this.month = Math.min(last, Math.max(0, number));
    this.goToMonth(this.month);
  }
}
