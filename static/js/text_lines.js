/** Transparent text over a picture, line by line at its place, which the pointer selects as in a page. */

const VERTICAL_RATIO = 1.5; // of height to width, from which a line of several characters runs downwards

/** Place the lines in `layer`, which covers the picture. Their corners are in 0–1 of its width and height. */
export function placeLines(layer) {
  const size = [layer.offsetWidth, layer.offsetHeight];
  const enlargement = layer.getBoundingClientRect().width / size[0];
  const lines = [...layer.querySelectorAll(".text-line")].map((element) => ({ element, ...shapeOf(element, size) }));
  for (const { element, corner, isVertical, width, height } of lines) {
    Object.assign(element.style, {
      left: `${corner[0] * 100}%`,
      top: `${corner[1] * 100}%`,
      // In shares of the layer, so that the text follows the size of the picture.
      fontSize: `${100 * (isVertical ? width : height) / size[1]}cqb`,
      writingMode: isVertical ? "vertical-rl" : "",
    });
  }
  const natural = lines.map(({ element }) => element.getBoundingClientRect());
  lines.forEach(({ element, angle, width, height }, number) => {
    const [x, y] = [width / natural[number].width, height / natural[number].height].map((share) => share * enlargement);
    if (Number.isFinite(x) && Number.isFinite(y)) element.style.transform = `rotate(${angle}rad) scale(${x}, ${y})`;
  });
}

/** Return the corner, angle and size of a line, in pixels of a layer of this size. */
function shapeOf(element, size) {
  const corners = element.dataset.box.split(" ").map((point) => point.split(",").map(Number));
  const [start, right, , below] = corners.map((corner) => corner.map((share, axis) => share * size[axis]));
  const [width, height] = [right, below].map((other) => Math.hypot(other[0] - start[0], other[1] - start[1]));
  return {
    corner: corners[0],
    angle: Math.atan2(right[1] - start[1], right[0] - start[0]),
    isVertical: height > VERTICAL_RATIO * width && [...element.textContent].length > 1,
    width,
    height,
  };
}
