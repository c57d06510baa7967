/** The link from the timeline to the overview of years: it leads to the year on the screen. */

const link = document.querySelector("#years-link");

function follow() {
  const edge = document.querySelector(".bar").offsetHeight;
  const tile = [...document.querySelectorAll(".timeline .tile[data-day]")].find((item) => item.getBoundingClientRect().bottom > edge);
  if (tile) link.hash = `year-${tile.dataset.day.split("-")[0]}`;
}

for (const type of ["pointerdown", "focus"]) link?.addEventListener(type, follow);
