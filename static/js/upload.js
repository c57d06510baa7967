/** Uploads: chosen or dropped files, one request each, two at a time, with progress and outcome in a list. */

import { takeFiles } from "./files.js";

const { gettext, interpolate } = window.django;
const AT_ONCE = 2;

const form = document.querySelector("form[data-upload]");
const panel = document.querySelector("#uploads");
const list = panel.querySelector("ol");
const summary = panel.querySelector("[data-summary]");
const maxBytes = Number(form.dataset.maxBytes);
const waiting = [];
const counts = { running: 0, added: 0, known: 0, refused: 0 };

function addRow(file) {
  const row = panel.querySelector("template").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = file.name;
  list.append(row);
  return row;
}

function finish(row, state, sentence, url) {
  counts[state] += 1;
  row.dataset.state = state;
  row.querySelector("progress").remove();
  row.querySelector("[data-outcome]").textContent = sentence;
  if (!url) return;
  const link = document.createElement("a");
  link.href = url;
  link.textContent = row.querySelector("[data-name]").textContent;
  row.querySelector("[data-name]").replaceChildren(link);
}

function sentenceFor(request) {
  if (request.status === 0) return gettext("The connection broke. Try again.");
  if (request.response?.detail) return request.response.detail;
  if (request.responseURL.includes("/login")) return gettext("You are logged out. Log in and try again.");
  return gettext("The server could not take this file. Try again later.");
}

/** Show a photo that has just been stored at the beginning of the gallery, where there is one. */
function showInGallery(tile) {
  if (!document.querySelector("#photos")) return;
  document.querySelector("#no-photos")?.remove();
  window.htmx.ajax("GET", tile, { target: "#photos", swap: "afterbegin" });
}

function settle(row, request) {
  const answer = request.response;
  if (request.status === 201 && answer) {
    finish(row, "added", gettext("Added"), answer.url);
    showInGallery(answer.tile);
  } else if (request.status === 200 && answer?.status === "duplicate") {
    finish(row, "known", gettext("Already in your gallery"), answer.url);
  } else {
    finish(row, "refused", sentenceFor(request));
  }
  counts.running -= 1;
  summarise();
  work();
}

function send(file, row) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("files", file);
  const request = new XMLHttpRequest();
  const progress = row.querySelector("progress");
  request.upload.addEventListener("progress", (event) => {
    progress.max = event.total;
    progress.value = event.loaded;
  });
  request.addEventListener("loadend", () => settle(row, request));
  request.open("POST", form.action);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.send(body);
}

function work() {
  while (waiting.length && counts.running < AT_ONCE) {
    const { file, row } = waiting.shift();
    counts.running += 1;
    send(file, row);
  }
}

function summarise() {
  const left = waiting.length + counts.running;
  summary.textContent = left
    ? interpolate(gettext("%s still to go"), [left])
    : interpolate(gettext("Added: %(added)s. Already there: %(known)s. Refused: %(refused)s."), counts, true);
}

function upload(files) {
  panel.hidden = false;
  for (const file of files) {
    const row = addRow(file);
    if (file.size > maxBytes) finish(row, "refused", form.dataset.tooLarge);
    else waiting.push({ file, row });
  }
  summarise();
  work();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.elements.files.addEventListener("change", (event) => {
  upload([...event.target.files]);
  event.target.value = "";
});
panel.querySelector("[data-close]")?.addEventListener("click", () => {
  panel.hidden = true;
});
addEventListener("beforeunload", (event) => {
  if (waiting.length + counts.running) event.preventDefault();
});
takeFiles(upload);
