/** Justified rows: the positions of all tiles of the timeline, computed from their aspect ratios and the page width. */

const SHAPES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const MIN_RATIO = 0.6;
const MAX_RATIO = 2.4;
const RATIOS = new Map([...SHAPES].map((shape, step) =>
  [shape, MIN_RATIO * (MAX_RATIO / MIN_RATIO) ** (step / (SHAPES.length - 1))]));

/** Return the index of the last of the first `count` sorted `tops` that is at most `y`. */
function lastAt(tops, y, count = tops.length) {
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
 * `months` are [key, count], latest first; `shapes` has one character per photo.
 * Rows are about `rowHeight` high and exactly `width` wide, except for the last row of a month.
 */
export class Layout {
  constructor(months, shapes, { width, rowHeight, gap, heading }) {
    this.ratios = Float32Array.from(shapes, (shape) => RATIOS.get(shape));
    this.width = width;
    this.gap = gap;
    this.heading = heading;
    this.rowTops = new Float64Array(shapes.length);
    this.rowHeights = new Float32Array(shapes.length);
    this.rowFirsts = new Uint32Array(shapes.length + 1);
    this.rowCount = 0;
    this.months = [];
    this.height = 0;
    let first = 0;
    for (const [key, count] of months) {
      const month = { key, count, first, top: this.height, row: this.rowCount };
      this.months.push(month);
      this.#layOutMonth(month, rowHeight);
      first += count;
    }
    this.rowFirsts[this.rowCount] = first;
    this.monthTops = Float64Array.from(this.months, (month) => month.top);
    this.monthFirsts = Float64Array.from(this.months, (month) => month.first);
  }

  #layOutMonth(month, rowHeight) {
    const end = month.first + month.count;
    let top = month.top + this.heading;
    let first = month.first;
    let sum = 0;
    for (let index = first; index < end; index += 1) {
      const before = sum;
      sum += this.ratios[index];
      const height = this.#heightOf(sum, index - first + 1);
      if (height > rowHeight) continue;
      // End the row with or before this tile, whichever is closer to the wanted height.
      const higher = index > first ? this.#heightOf(before, index - first) : Infinity;
      if (higher / rowHeight < rowHeight / height) {
        top = this.#addRow(first, top, higher);
        first = index;
        sum = this.ratios[index];
        if (this.#heightOf(sum, 1) > rowHeight) continue;
        top = this.#addRow(first, top, this.#heightOf(sum, 1));
      } else {
        top = this.#addRow(first, top, height);
      }
      first = index + 1;
      sum = 0;
    }
    if (first < end) top = this.#addRow(first, top, Math.min(rowHeight, this.#heightOf(sum, end - first)));
    this.height = top + this.heading / 3;
  }

  #heightOf(ratios, count) {
    return (this.width - (count - 1) * this.gap) / ratios;
  }

  #addRow(first, top, height) {
    this.rowTops[this.rowCount] = top;
    this.rowHeights[this.rowCount] = height;
    this.rowFirsts[this.rowCount] = first;
    this.rowCount += 1;
    return top + height + this.gap;
  }

  rowAt(y) {
    return lastAt(this.rowTops, y, this.rowCount);
  }

  rowOf(index) {
    return lastAt(this.rowFirsts, index, this.rowCount);
  }

  monthAt(y) {
    return lastAt(this.monthTops, y);
  }

  monthOf(index) {
    return this.months[lastAt(this.monthFirsts, index)];
  }

  /** Return the tiles of a row: {index, left, width}. */
  tilesOf(row) {
    const tiles = [];
    let left = 0;
    for (let index = this.rowFirsts[row]; index < this.rowFirsts[row + 1]; index += 1) {
      const width = this.ratios[index] * this.rowHeights[row];
      tiles.push({ index, left, width });
      left += width + this.gap;
    }
    return tiles;
  }
}
