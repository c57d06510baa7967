/** The timeline in sections of consecutive photos: the days of all are known, but the shapes only of those needed. */

const SIZE = 1000; // photos in a section at most
const MAX_KEPT = 60; // sections with shapes

/**
 * `months` are {key, count, first}, and `list` has the sections: {month, begin} is the position of the first photo
 * within a month as in requests, `shapes` has one character per photo once they are known, and `isFresh` is false if
 * the server may know better. The `pieces` of a section are days, or parts of days that fill several sections.
 */
export class Sections {
  /** `months` are [key, count, days], latest first, with days and their counts alternating. */
  constructor(months) {
    this.months = [];
    this.list = [];
    this.count = 0;
    this.known = new Set(); // sections with shapes, the oldest answers first
    for (const [key, count, days] of months) this.#addMonth({ key, count, first: this.count }, days);
  }

  /** Months stay whole unless they are larger than a section. */
  #addMonth(month, days) {
    this.months.push(month);
    const last = this.list.at(-1);
    let section = last && last.count + month.count <= SIZE ? last : this.#open(month);
    for (let at = 0; at < days.length; at += 2) {
      const day = { key: `${month.key}-${String(days[at]).padStart(2, "0")}`, count: days[at + 1], first: this.count };
      for (let begin = 0; begin < day.count; begin += SIZE) {
        const count = Math.min(SIZE, day.count - begin);
        if (section.count && section.count + count > SIZE) section = this.#open(month);
        section.pieces.push({ day, begin, count, first: this.count, opens: at || begin ? null : month });
        section.count += count;
        this.count += count;
      }
    }
  }

  #open(month) {
    const begin = this.count - month.first;
    const section = { month, begin, first: this.count, count: 0, pieces: [], shapes: "", isFresh: false };
    this.list.push(section);
    return section;
  }

  /** Return the number of the section with the photo at `index`. */
  numberOf(index) {
    let low = 0;
    let high = this.list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.list[middle].first <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Return the month with the photo at `index`. */
  monthOf(index) {
    return this.months[this.numberOfMonth(index)];
  }

  numberOfMonth(index) {
    const number = this.months.findIndex(({ first, count }) => first + count > index);
    return number < 0 ? this.months.length - 1 : number;
  }

  /** Return whether an answer has the days that the outline has from position `begin`. */
  fit(begin, { days, shapes }) {
    const expected = [];
    const end = begin + shapes.length;
    for (let number = this.numberOf(begin); this.list[number]?.first < end; number += 1) {
      for (const { day, first, count } of this.list[number].pieces) {
        const part = Math.min(end, first + count) - Math.max(begin, first);
        if (part <= 0) continue;
        if (expected.at(-1)?.[0] === day.key) expected.at(-1)[1] += part;
        else expected.push([day.key, part]);
      }
    }
    return JSON.stringify(expected) === JSON.stringify(days);
  }

  /** Keep the shapes from position `begin` for the sections that they cover. */
  take(begin, { shapes }) {
    for (let number = this.numberOf(begin); this.list[number]?.first < begin + shapes.length; number += 1) {
      const section = this.list[number];
      const start = section.first - begin;
      if (start < 0 || start + section.count > shapes.length) continue;
      this.#keep(section, shapes.slice(start, start + section.count));
      section.isFresh = true;
    }
  }

  /** Reuse the shapes of unchanged days. */
  carryOver(before) {
    const shapes = new Map();
    for (const section of before.known) {
      for (const { day, begin, count, first } of section.pieces) {
        const start = first - section.first;
        shapes.set(`${day.key} ${begin} ${count}`, section.shapes.slice(start, start + count));
      }
    }
    for (const section of this.list) {
      const parts = section.pieces.map(({ day, begin, count }) => shapes.get(`${day.key} ${begin} ${count}`));
      if (!parts.includes(undefined)) this.#keep(section, parts.join(""));
    }
  }

  /** Limit the memory: forget shapes, except those of `needed` sections. */
  forgetSome(needed) {
    for (const section of this.known) {
      if (this.known.size <= MAX_KEPT) return;
      if (needed.includes(section)) continue;
      Object.assign(section, { shapes: "", isFresh: false });
      this.known.delete(section);
    }
  }

  #keep(section, shapes) {
    section.shapes = shapes;
    this.known.delete(section);
    this.known.add(section);
  }
}
