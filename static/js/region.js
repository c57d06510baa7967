/** Selects an area of the picture, by pointer or keyboard, to search with it. */

const { gettext } = window.django;
const STEP = 0.02;
const MIN_SIZE = 0.03;

const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));

/** A frame over `picture`: dragging draws it, arrow keys move it, Shift and arrow keys resize it. */
class AreaSelector {
  constructor(picture, button) {
    this.picture = picture;
    this.button = button;
    this.region = [0.25, 0.25, 0.75, 0.75];
    this.layer = document.createElement("div");
    this.layer.className = "marking";
    this.frame = document.createElement("div");
    this.frame.className = "frame";
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "group");
    this.frame.setAttribute("aria-label", gettext("Selected area: arrows move it, Shift+arrows resize it, Enter searches"));
    this.link = document.createElement("a");
    this.link.className = "button primary small";
    this.link.textContent = gettext("Search this area");
    this.frame.append(this.link);
    this.layer.append(this.frame);
    this.layer.addEventListener("pointerdown", (event) => this.begin(event));
    this.layer.addEventListener("pointermove", (event) => this.drag(event));
    this.layer.addEventListener("pointerup", () => { this.corner = null; });
    this.layer.addEventListener("keydown", (event) => this.press(event));
  }

  open() {
    this.picture.append(this.layer);
    this.button.setAttribute("aria-pressed", "true");
    this.draw();
    this.frame.focus();
  }

  close() {
    this.layer.remove();
    this.button.setAttribute("aria-pressed", "false");
    this.button.focus();
  }

  place(event) {
    const box = this.layer.getBoundingClientRect();
    return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
  }

  begin(event) {
    event.stopPropagation(); // the lightbox would move the picture
    if (event.target.closest("a")) return;
    event.preventDefault();
    this.layer.setPointerCapture(event.pointerId);
    this.corner = this.place(event);
  }

  drag(event) {
    if (!this.corner) return;
    const [x, y] = this.place(event);
    const [fromX, fromY] = this.corner;
    const region = [Math.min(x, fromX), Math.min(y, fromY), Math.max(x, fromX), Math.max(y, fromY)];
    if (region[2] - region[0] < MIN_SIZE || region[3] - region[1] < MIN_SIZE) return;
    this.region = region;
    this.draw();
  }

  press(event) {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && event.target === this.frame) this.link.click();
    else if (direction) this.nudge(direction, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  nudge([x, y], resizes) {
    const [left, top, right, bottom] = this.region;
    if (resizes) {
      this.region = [left, top, clamp(right + x * STEP, left + MIN_SIZE), clamp(bottom + y * STEP, top + MIN_SIZE)];
    } else {
      const [dx, dy] = [clamp(x * STEP, -left, 1 - right), clamp(y * STEP, -top, 1 - bottom)];
      this.region = [left + dx, top + dy, right + dx, bottom + dy];
    }
    this.draw();
  }

  draw() {
    const [left, top, right, bottom] = this.region.map((share) => share * 100);
    Object.assign(this.frame.style, {
      left: `${left}%`, top: `${top}%`, width: `${right - left}%`, height: `${bottom - top}%`,
    });
    const region = this.region.map((share) => share.toFixed(4)).join(",");
    this.link.href = `${this.button.dataset.selectArea}?photo=${this.picture.dataset.photo}&region=${region}`;
  }
}

let selector = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-select-area]");
  if (!button) return;
  if (selector?.layer.isConnected) {
    selector.close();
    return;
  }
  // The page below the lightbox may have a picture too.
  selector = new AreaSelector((button.closest("dialog") ?? document).querySelector(".picture"), button);
  selector.open();
});
document.addEventListener("photo:shown", () => selector?.layer.isConnected && selector.close());
