/** Justified rows of a section of the timeline: the positions of its tiles and headings, from aspect ratios and width. */

const SHAPES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const MIN_RATIO = 0.6;
const MAX_RATIO = 2.4;
export const SHARED = 0.62; // height of rows that several days share, as a part of the usual height
const TALLEST = 1.5; // times that height, so that few photos fill a row
const LOWEST = 0.8;
export const NARROWEST_DAY = 156; // pixels, so that its heading can be read
export const DAY_GAP = 16;
export const DAY_HEADING = 26;
const SMALL_HEADING = 32; // of months that share rows
const RATIOS = new Map([...SHAPES].map((shape, step) =>
  [shape, MIN_RATIO * (MAX_RATIO / MIN_RATIO) ** (step / (SHAPES.length - 1))]));

export function ratiosOf(shapes) {
  return Float32Array.from(shapes, (shape) => RATIOS.get(shape));
}

/** Return the index of the last of the first `count` sorted `tops` that is at most `y`. */
export function lastAt(tops, y, count = tops.length) {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Rows of days with many photos are about `rowHeight` high and exactly `width` wide, except for the last row of a day.
 * Consecutive days with few photos share lower rows, and so do consecutive months that fit into one row.
 * Positions are relative to the section: those of photos to its first photo, those in pixels to its upper edge.
 */
export class Rows {
  /** `section` is one of `Sections`; all photos have the ratio `assumed` while their shapes are unknown. */
  constructor(section, { width, rowHeight, gap, heading, assumed }) {
    Object.assign(this, { width, rowHeight, gap, heading, shapes: section.shapes });
    this.ratios = section.shapes ? ratiosOf(section.shapes) : new Float32Array(section.count).fill(assumed);
    this.rowStarts = new Float64Array(section.count); // with headings
    this.rowTops = new Float64Array(section.count);
    this.rowHeights = new Float32Array(section.count);
    this.rowFirsts = new Uint32Array(section.count + 1);
    this.rowCount = 0;
    this.days = section.pieces.map((piece) => ({ ...piece, first: piece.first - section.first, left: 0 }));
    this.headings = []; // of months and days, in the order of their first photos
    this.sparse = new Set(); // months
    this.height = 0;
    this.line = []; // days that will share the next row
    let before = null;
    for (const day of this.days) {
      if (day.opens) this.#beginMonth(day, before, section);
      before = day.opens ?? before;
      if (this.#widthOf(day, this.rowHeight) < this.width) this.#join(day);
      else this.#layOutFull(day);
    }
    this.#endLine();
    this.rowFirsts[this.rowCount] = section.count;
    this.dayFirsts = Float64Array.from(this.days, (day) => day.first);
    this.headingFirsts = Float64Array.from(this.headings, (item) => item.first);
  }

  #beginMonth({ first, opens: month }, before, section) {
    const isWhole = first + month.count <= section.count;
    if (isWhole && this.#widthOf({ first, count: month.count }, SHARED * this.rowHeight) < this.width) this.sparse.add(month);
    if (this.sparse.has(month) && this.sparse.has(before)) return;
    this.#endLine();
    if (first || section.first) this.height += this.heading / 3;
  }

  #sumOf({ first, count }) {
    let sum = 0;
    for (let index = first; index < first + count; index += 1) sum += this.ratios[index];
    return sum;
  }

  #widthOf(part, height) {
    return this.#sumOf(part) * height + (part.count - 1) * this.gap;
  }

  /** Add a day to the line; end the line with or before it, whichever makes a height closer to the wanted one. */
  #join(day) {
    const wanted = SHARED * this.rowHeight;
    day.sum = this.#sumOf(day);
    const before = this.line.length ? this.#fitting(this.line) : Infinity;
    this.line.push(day);
    const height = this.#fitting(this.line);
    if (height > wanted) return;
    if (this.line.length > 1 && (height < LOWEST * wanted || before / wanted < wanted / height)) {
      this.line.pop();
      this.#endLine(Math.min(before, TALLEST * wanted));
      this.line.push(day);
    } else {
      this.#endLine(height);
    }
  }

  /** Return the height at which the days fill a row; 0 if their headings do not fit beside each other. */
  #fitting(days) {
    let room = this.width - (days.length - 1) * DAY_GAP;
    let free = days;
    for (;;) {
      const sum = free.reduce((total, day) => total + day.sum, 0);
      const gaps = free.reduce((total, day) => total + (day.count - 1) * this.gap, 0);
      const height = (room - gaps) / sum;
      const wide = free.filter((day) => day.sum * height + (day.count - 1) * this.gap >= NARROWEST_DAY);
      if (wide.length === free.length) return height;
      if (!wide.length) return 0;
      room -= (free.length - wide.length) * NARROWEST_DAY;
      free = wide;
    }
  }

  /** Lay out the days of the line side by side. */
  #endLine(height = Infinity) {
    const days = this.line;
    if (!days.length) return;
    this.line = [];
    const used = height === Infinity ? Math.min(SHARED * this.rowHeight, this.#fitting(days)) : height;
    let left = 0;
    for (const day of days) {
      day.left = left;
      left += Math.max(NARROWEST_DAY, day.sum * used + (day.count - 1) * this.gap) + DAY_GAP;
    }
    this.#addRow(days[0].first, this.#addHeadings(days), used);
    this.height += this.gap;
  }

  /** Lay out a day that fills rows by itself. */
  #layOutFull(day) {
    this.#endLine();
    const end = day.first + day.count;
    let top = this.#addHeadings([day]);
    let { first } = day;
    let sum = 0;
    for (let index = first; index < end; index += 1) {
      const before = sum;
      sum += this.ratios[index];
      const height = this.#heightOf(sum, index - first + 1);
      if (height > this.rowHeight) continue;
      // End the row with or before this tile, whichever is closer to the wanted height.
      const higher = index > first ? this.#heightOf(before, index - first) : Infinity;
      if (higher / this.rowHeight < this.rowHeight / height) {
        top = this.#addRow(first, top, higher);
        first = index;
        sum = this.ratios[index];
        if (this.#heightOf(sum, 1) > this.rowHeight) continue;
        top = this.#addRow(first, top, this.#heightOf(sum, 1));
      } else {
        top = this.#addRow(first, top, height);
      }
      first = index + 1;
      sum = 0;
    }
    if (first < end) this.#addRow(first, top, Math.min(this.rowHeight, this.#heightOf(sum, end - first)));
  }

  #heightOf(ratios, count) {
    return (this.width - (count - 1) * this.gap) / ratios;
  }

  /** Add the headings of days side by side, and of the months that they open; return the top of the photos. */
  #addHeadings(days) {
    const top = this.height;
    if (days.length === 1 && days[0].begin) return top; // Its heading is in an earlier section.
    const opening = days.filter(({ opens }) => opens);
    const isLarge = opening.some(({ opens }) => !this.sparse.has(opens));
    const middle = top + (opening.length ? (isLarge ? this.heading : SMALL_HEADING) : 0);
    for (const [place, { day, begin, opens: month, left, first }] of days.entries()) {
      if (month) {
        const next = opening.find((other) => other.first > first);
        this.headings.push({ group: month, isSmall: !isLarge, first, top, left, width: this.#widthUntil(next, left) });
      }
      if (!begin) this.headings.push({ group: day, first, top: middle, left, width: this.#widthUntil(days[place + 1], left) });
    }
    return middle + DAY_HEADING;
  }

  #widthUntil(next, left) {
    return (next ? next.left - DAY_GAP / 2 : this.width) - left;
  }

  /** Add a row of photos; return the top of the next one. */
  #addRow(first, top, height) {
    this.rowStarts[this.rowCount] = this.height;
    this.rowTops[this.rowCount] = top;
    this.rowHeights[this.rowCount] = height;
    this.rowFirsts[this.rowCount] = first;
    this.rowCount += 1;
    this.height = top + height + this.gap;
    return this.height;
  }

  rowAt(y) {
    return lastAt(this.rowStarts, y, this.rowCount);
  }

  rowOf(place) {
    return lastAt(this.rowFirsts, place, this.rowCount);
  }

  /** Return the headings and tiles of a row in their order: {group, isSmall, left, top, width}, {place, left, width}. */
  itemsOf(row) {
    const items = [];
    const height = this.rowHeights[row];
    const first = this.rowFirsts[row];
    let day = lastAt(this.dayFirsts, first);
    let heading = lastAt(this.headingFirsts, first - 1) + (first ? 1 : 0);
    let { left } = this.days[day].first === first ? this.days[day] : { left: 0 };
    for (let index = first; index < this.rowFirsts[row + 1]; index += 1) {
      if (this.days[day + 1]?.first === index) ({ left } = this.days[day += 1]);
      for (; this.headings[heading]?.first === index; heading += 1) items.push(this.headings[heading]);
      const width = this.ratios[index] * height;
      items.push({ place: index, left, width });
      left += width + this.gap;
    }
    return items;
  }
}
