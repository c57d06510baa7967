/** The positions of everything in the timeline: sections below each other, with exact rows near the screen. */

import { DAY_GAP, DAY_HEADING, lastAt, NARROWEST_DAY, ratiosOf, Rows, SHARED } from "./rows.js";

const MAX_KEPT = 12; // sections with rows, beside those near the screen
const USUAL_RATIO = 1.2;

export class Layout {
  /** `sections` are `Sections`; the heights of those without shapes are estimated from the counts of their days. */
  constructor(sections, { width, rowHeight, gap, heading }) {
    this.sections = sections;
    this.assumed = meanRatio(sections.known.values().next().value?.shapes);
    this.options = { width, rowHeight, gap, heading, assumed: this.assumed };
    this.revision = 0; // changes with every height
    this.rows = new Map(); // by the number of their section
    this.heights = Float64Array.from(sections.list, (section) => this.#estimate(section));
    this.tops = new Float64Array(sections.list.length + 1);
    sections.list.forEach((section, number) => section.shapes && this.#layOut(number));
    this.#stack(0);
  }

  get months() {
    return this.sections.months;
  }

  get height() {
    return this.tops.at(-1);
  }

  /** Estimate the height of a section as its rows would be with photos of the usual shape. */
  #estimate({ pieces }) {
    const { width, rowHeight, gap, heading, assumed } = this.options;
    let height = 0;
    let shared = 0;
    for (const { count, opens } of pieces) {
      if (opens && opens.count * assumed * SHARED * rowHeight > width) height += (4 / 3) * heading;
      const room = count * (assumed * rowHeight + gap);
      if (room < width) shared += Math.max(NARROWEST_DAY, SHARED * room) + DAY_GAP;
      else height += DAY_HEADING + Math.ceil(room / width) * (rowHeight + gap);
    }
    return height + Math.ceil(shared / width) * (DAY_HEADING + SHARED * rowHeight + 2 * gap);
  }

  /** Compute the rows of a section from what is known of it. */
  #layOut(number) {
    const rows = new Rows(this.sections.list[number], this.options);
    this.rows.delete(number);
    this.rows.set(number, rows);
    if (this.heights[number] === rows.height) return rows;
    this.heights[number] = rows.height;
    this.#stack(number);
    return rows;
  }

  #stack(from) {
    for (let number = from; number < this.heights.length; number += 1) {
      this.tops[number + 1] = this.tops[number] + this.heights[number];
    }
    this.revision += 1;
  }

  /** Return the numbers of the sections from `upper` to `lower`. */
  numbersBetween(upper, lower) {
    const numbers = [];
    for (let number = this.#numberAt(upper); number < this.heights.length && this.tops[number] < lower; number += 1) numbers.push(number);
    return numbers;
  }

  /** Compute the rows from `upper` to `lower` with the shapes that are known now, and forget rows elsewhere. */
  update(upper, lower) {
    let number = this.#numberAt(upper);
    const first = number;
    for (; number < this.heights.length && this.tops[number] < lower; number += 1) {
      if (this.rows.get(number)?.shapes !== this.sections.list[number].shapes) this.#layOut(number);
    }
    for (const other of this.rows.keys()) {
      if (this.rows.size <= MAX_KEPT + number - first) break;
      if (other < first || other >= number) this.rows.delete(other);
    }
  }

  #numberAt(y) {
    return lastAt(this.tops, y, this.heights.length);
  }

  #rowsOf(number) {
    return this.rows.get(number) ?? this.#layOut(number);
  }

  /** Return the row at `y`: its first photo, where it starts with its headings, the top of its photos, their height. */
  rowAt(y) {
    const number = this.#numberAt(y);
    return this.#describe(number, this.#rowsOf(number).rowAt(y - this.tops[number]));
  }

  /** Return the first row from `upper` to `lower` whose shapes are known, or else the first. */
  firstRowBetween(upper, lower) {
    const exact = this.numbersBetween(upper, lower).find((number) => this.rows.get(number)?.shapes);
    return this.rowAt(exact === undefined ? upper : Math.max(upper, this.tops[exact]));
  }

  /** Return the row of the photo at `index`. */
  rowOf(index) {
    const number = this.sections.numberOf(index);
    return this.#describe(number, this.#rowsOf(number).rowOf(index - this.sections.list[number].first));
  }

  #describe(number, row) {
    const rows = this.#rowsOf(number);
    const top = this.tops[number];
    return {
      first: this.sections.list[number].first + rows.rowFirsts[row],
      start: top + rows.rowStarts[row],
      top: top + rows.rowTops[row],
      height: rows.rowHeights[row],
    };
  }

  /** Return about where a month begins, without computing its rows. */
  topOf({ first }) {
    const number = this.sections.numberOf(first);
    const section = this.sections.list[number];
    return this.tops[number] + ((first - section.first) / section.count) * this.heights[number];
  }

  /** Return the number of the first month in the row at `y`. */
  monthAt(y) {
    return this.sections.numberOfMonth(this.rowAt(y).first);
  }

  /** Return whether the place of the photo at `index` is exact. */
  isExactAt(index) {
    return this.rows.get(this.sections.numberOf(index))?.shapes !== "";
  }

  /** Return the headings and tiles from `upper` to `lower` by their keys, in their order, with their positions. */
  itemsBetween(upper, lower) {
    const items = new Map();
    for (const number of this.numbersBetween(upper, lower)) {
      const rows = this.#rowsOf(number);
      const { first } = this.sections.list[number];
      const top = this.tops[number];
      for (let row = rows.rowAt(upper - top); row < rows.rowCount && top + rows.rowStarts[row] < lower; row += 1) {
        for (const item of rows.itemsOf(row)) {
          if (item.group) items.set(item.group.key + (item.isSmall ? " small" : ""), { ...item, top: top + item.top });
          else items.set(String(first + item.place), this.#tile(item, { first, top, rows, row }));
        }
      }
    }
    return items;
  }

  #tile({ place, left, width }, { first, top, rows, row }) {
    return { index: first + place, left, width, top: top + rows.rowTops[row], height: rows.rowHeights[row] };
  }
}

function meanRatio(shapes) {
  if (!shapes) return USUAL_RATIO;
  return ratiosOf(shapes).reduce((sum, ratio) => sum + ratio, 0) / shapes.length;
}
