"""Draw the icons of the web app manifest from the shapes of static/icon.svg: python docs/make_icons.py"""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent.parent / "static" / "icons"
GREEN, WHITE = (15, 107, 92, 255), (255, 255, 255, 255)
# In units of the drawing, which is 32 wide: the line of hills, the lens with its centre and radius, and its handle.
HILLS = [(7, 22.5), (12.6, 15.5), (16.6, 20.1), (19.2, 17.1), (25, 23.5)]
LENS, RADIUS = (20.5, 11.2), 3.1
HANDLE = [(22.8, 13.5), (25.4, 16.1)]
WIDTH, CORNER = 2.4, 9
# Systems cut maskable icons to a circle of four fifths of their width.
SCALES = {"any": 1.0, "maskable": 0.8}
OVERSAMPLING = 4


def draw(purpose: str, *, size: int) -> Image.Image:
    """Draw an icon of `size` pixels."""
    pixels = size * OVERSAMPLING
    unit = pixels / 32
    scale = SCALES[purpose]
    image = Image.new("RGBA", (pixels, pixels), GREEN if purpose == "maskable" else (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    if purpose == "any":
        pen.rounded_rectangle((0, 0, pixels - 1, pixels - 1), CORNER * unit, fill=GREEN)

    def at(x: float, y: float) -> tuple[float, float]:
        return ((x - 16) * scale + 16) * unit, ((y - 16) * scale + 16) * unit

    half = WIDTH / 2 * scale * unit
    for line in (HILLS, HANDLE):
        points = [at(*point) for point in line]
        pen.line(points, fill=WHITE, width=round(2 * half))
        for x, y in points:
            pen.ellipse((x - half, y - half, x + half, y + half), fill=WHITE)
    (x, y), radius = at(*LENS), RADIUS * scale * unit + half
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=WHITE, width=round(2 * half))
    return image.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for purpose in SCALES:
        for size in (192, 512):
            draw(purpose, size=size).save(FOLDER / f"{purpose}-{size}.png", optimize=True)
