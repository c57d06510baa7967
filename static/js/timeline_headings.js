/** The headings of months and days in the timeline, and their names in the language of the page. */

import { makeGroupCheck } from "./group_checks.js";

const months = new Intl.DateTimeFormat(document.documentElement.lang, { year: "numeric", month: "long" });
const days = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", month: "short", day: "numeric" });
const dates = new Intl.DateTimeFormat(document.documentElement.lang, { year: "numeric", month: "long", day: "numeric" });

/** Return the name of a month such as 2023-05. */
export function monthName(key) {
  return months.format(dateOf(key));
}

function dayName(key) {
  return days.format(dateOf(key));
}

function dateOf(key) {
  const [year, month, day = 1] = key.split("-").map(Number);
  return new Date(year, month - 1, day);
}

/** Return the heading of a month or day of the layout: `data-group` is 2023-05 or 2023-05-14. */
export function makeHeading({ group, isSmall = false }) {
  const isMonth = group.key.length === "2023-05".length;
  const item = document.createElement("div");
  item.className = isMonth ? "month-name" : "day-name";
  item.classList.toggle("is-small", isSmall);
  item.dataset.group = group.key;
  const heading = document.createElement(isMonth ? "h2" : "h3");
  heading.textContent = isMonth ? monthName(group.key) : dayName(group.key);
  if (isMonth) {
    const count = document.createElement("small");
    count.textContent = group.count.toLocaleString(document.documentElement.lang);
    heading.append(" ", count);
  }
  item.append(heading, makeGroupCheck(group, isMonth ? monthName(group.key) : dates.format(dateOf(group.key))));
  return item;
}
