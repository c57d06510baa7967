"""Labelled pictures for near-duplicates: photographs, memes, chats, papers and plain pictures, and copies of them.

Everything is drawn from seeds, or comes from the public-domain and CC BY photographs of installed packages, so that
every run has the same pictures. Pictures of one `group` are copies of one picture; pictures of one `burst` may be
grouped, but need not be; all others must be kept apart.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.picture_copies import copies_of, saved
from benchmarks.picture_drawing import draw_chat, draw_scene, enlarged, packaged_picture, plain_font

PHOTOGRAPHS = {
    "skimage/data": (
        "astronaut.png",
        "brick.png",
        "camera.png",
        "chelsea.png",
        "coffee.png",
        "coins.png",
        "grass.png",
        "gravel.png",
        "hubble_deep_field.jpg",
        "ihc.png",
        "moon.png",
        "retina.jpg",
        "rocket.jpg",
    ),
    "sklearn/datasets/images": ("china.jpg", "flower.jpg"),
}
STEREO = ("motorcycle_left.png", "motorcycle_right.png")
WORDS = (
    "when the train is late again",
    "see you at the old place",
    "please label the boxes",
    "who has the spare key",
    "the meeting moved to Wednesday",
    "bring the report",
    "pizza is on me afterwards",
    "call me when you arrive",
    "the van is booked for Saturday",
    "it works on my machine",
    "is it friday yet",
    "no one touched the thermostat",
    "last time we searched until midnight",
    "second door on the left",
    "tickets are in your mail",
    "not before coffee",
    "the kettle is in box nine",
    "he said seven thirty",
    "she will be ten minutes late",
    "the price went up again",
)
NAMES = ("Maya Okafor", "Tomasz", "Priya Raman", "Ines Carvalho", "Jan Delgado", "Lin Xiaoyu", "Zhou Minghao")
CITIES = ("HND", "PEK", "SFO", "LIS", "FRA", "PVG", "OSL", "CDG", "JFK", "ZRH")
START = datetime.fromisoformat("2021-03-04T09:30")


@dataclass(frozen=True)
class LabelledFile:
    """A file of the labelled set; `change` says how a copy was made, and is empty for originals.

    `words` is its true text. `taken_at` is the camera's date, if it has one.
    """

    kind: str
    group: int
    extension: str
    data: bytes
    change: str = ""
    burst: int = 0
    words: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Original:
    """A drawn picture with its labels; `with_copies` says whether it is copied."""

    kind: str
    image: Image.Image
    words: str = ""
    burst: int = 0
    taken_at: datetime | None = None
    with_copies: bool = True


def labelled_files(*, share: float = 1.0, copies: int = 4) -> Iterator[LabelledFile]:
    """Yield the set, or about a `share` of each kind of picture in it, with so many copies of each copied picture."""
    for number, original in enumerate(_originals(share)):
        random = Random(number)
        extension = "jpg" if original.kind in PHOTOGRAPHIC else "png"
        file = LabelledFile(
            original.kind,
            number,
            extension,
            saved(original.image, extension, quality=90),
            burst=original.burst,
            words=original.words,
            taken_at=original.taken_at,
        )
        yield file
        if original.with_copies:
            for change, copied_extension, data, keeps_date in copies_of(
                original.image, random=random, turn=number, copies=copies
            ):
                yield replace(
                    file,
                    change=change,
                    extension=copied_extension,
                    data=data,
                    taken_at=file.taken_at if keeps_date else None,
                )


def _originals(share: float) -> Iterator[Original]:
    for make, count in SETS:
        for number in range(max(1, round(count * share))):
            yield from make(number)


def _photographs(number: int) -> Iterator[Original]:
    """A real photograph, and its four quarters, which are pictures of their own."""
    files = [(folder, name) for folder, names in PHOTOGRAPHS.items() for name in names]
    image = packaged_picture(*files[number % len(files)])
    width, height = image.size
    taken = START + timedelta(days=number)
    yield Original("photograph", enlarged(image, 1400), taken_at=taken)
    for part in range(0, 4, 3):
        left, top = part % 2 * width // 2, part // 2 * height // 2
        quarter = image.crop((left, top, left + width // 2, top + height // 2))
        yield Original("photograph", enlarged(quarter, 1000), taken_at=taken + timedelta(hours=part + 1))


def _scenes(number: int) -> Iterator[Original]:
    """A drawn landscape without a camera's date."""
    yield Original("drawn photograph", draw_scene(number))


def _places_again(number: int) -> Iterator[Original]:
    """A place at three times: other light, other clouds, other things in it, slightly another direction."""
    for visit in range(3):
        image = draw_scene(500 + number, visit=visit)
        yield Original(
            "same place", image, taken_at=START + timedelta(days=400 * visit + number), with_copies=not visit
        )


def _bursts(number: int) -> Iterator[Original]:
    """Three pictures within two seconds, in which the camera and things moved a little."""
    if number == 0:
        for name in STEREO:
            yield Original("burst", packaged_picture("skimage/data", name), burst=1, taken_at=START, with_copies=False)
        return
    for shot in range(3):
        image = draw_scene(800 + number, shift=shot * 9, moved=shot * 25)
        taken = START + timedelta(days=number, seconds=shot)
        yield Original("burst", image, burst=number + 1, taken_at=taken, with_copies=False)


def _memes(number: int) -> Iterator[Original]:
    """A template with three captions, the last of which differs from the first by a word."""
    picture = draw_scene(1500 + number).resize((800, 640))
    captions = [WORDS[(number * 3 + part) % len(WORDS)] for part in range(2)]
    changed = captions[0].rsplit(" ", 1)[0] + " never"
    for part, caption in enumerate((*captions, changed)):
        image = picture.copy()
        pen = ImageDraw.Draw(image)
        pen.text(
            (400, 20 if number % 2 else 560),
            caption,
            "white",
            plain_font(44),
            "ma",
            stroke_width=4,
            stroke_fill="black",
        )
        yield Original("meme", image, caption, with_copies=not part)


def _chats(number: int) -> Iterator[Original]:
    """Screenshots of a conversation: scrolled by a message, one more message, and another conversation alike."""
    random = Random(number)
    dark = number % 3 == 2
    messages = [f"{random.choice(WORDS)} {random.choice(WORDS)}"[: random.randint(8, 60)] for _ in range(14)]
    last = [*messages[:7], random.choice(("ok", "see you", "no"))]
    other = [*messages[:6], random.choice(WORDS)]
    for part, shown in enumerate((messages[:7], messages[1:9], last, other)):
        yield Original(
            "chat", draw_chat(shown, who=NAMES[number % len(NAMES)], dark=dark), "\n".join(shown), with_copies=not part
        )


def _documents(number: int) -> Iterator[Original]:
    """A letter with three contents: other paragraphs, and another amount only."""
    random = Random(700 + number)
    lines = [" ".join(random.choice(WORDS) for _ in range(2)) for _ in range(22)]
    others = [" ".join(random.choice(WORDS) for _ in range(2)) for _ in range(22)]
    amounts = [f"{random.randint(100, 999)}.{random.randint(10, 99)} EUR" for _ in range(2)]
    for part, (body, amount) in enumerate(((lines, amounts[0]), (others, amounts[0]), (lines, amounts[1]))):
        image = Image.new("RGB", (1240, 1754), "white")
        pen = ImageDraw.Draw(image)
        pen.text((110, 120), f"Invoice {4400 + number}", "black", plain_font(52))
        for row, line in enumerate(body):
            pen.text((110, 260 + row * 56), line[:70], "#222222", plain_font(28))
        pen.text((110, 1560), f"Total {amount}", "black", plain_font(40))
        yield Original("document", image, "\n".join((*body, amount)), with_copies=not part)


def _tickets(number: int) -> Iterator[Original]:
    """A boarding pass for three passengers, of which two differ by seat and gate alone."""
    random = Random(900 + number)
    where = random.sample(CITIES, 2)
    people = random.sample(NAMES, 2)
    seats = [f"{random.randint(1, 40)}{random.choice('ABCDEF')}" for _ in range(3)]
    for part, (person, seat) in enumerate(((people[0], seats[0]), (people[1], seats[1]), (people[0], seats[2]))):
        code = Random(f"{person}{seat}")
        image = Image.new("RGB", (1500, 640), "#dfe6ee")
        pen = ImageDraw.Draw(image)
        pen.rounded_rectangle((30, 30, 1470, 610), 34, fill="white")
        pen.rectangle((30, 60, 1470, 150), fill="#12326b")
        pen.text((80, 75), "BOARDING PASS", "white", plain_font(46))
        pen.text((80, 190), "   ".join(where), "black", plain_font(110))
        pen.text((80, 400), f"{person}   NH{100 + number}   GATE {code.randint(10, 99)}", "black", plain_font(40))
        pen.text((80, 500), f"SEAT {seat}", "black", plain_font(44))
        for cell in range(625):
            if code.random() < 0.5:
                x, y = 1190 + cell % 25 * 9, 200 + cell // 25 * 9
                pen.rectangle((x, y, x + 8, y + 8), fill="#111111")
        yield Original("ticket", image, f"{person} NH{100 + number} {seat}", with_copies=not part)


def _plain(number: int) -> Iterator[Original]:
    """A picture of one colour, a picture of the dark, and a soft gradient, none of which is copied."""
    random = np.random.default_rng(number)
    colour = random.integers(0, 256, 3)
    yield Original("plain", Image.new("RGB", (1200, 900), tuple(int(part) for part in colour)), with_copies=False)
    dark = np.clip(random.normal(6, 3, (900, 1200, 3)), 0, 255).astype(np.uint8)
    yield Original("plain", Image.fromarray(dark), with_copies=False)
    ramp = np.linspace(0, 18, 1200)[None, :, None] + colour[None, None, :] * 0.9 + random.normal(0, 1, (900, 1200, 3))
    yield Original("plain", Image.fromarray(np.clip(ramp, 0, 255).astype(np.uint8)), with_copies=False)


PHOTOGRAPHIC = {"photograph", "drawn photograph", "same place", "burst", "plain"}
Maker = Callable[[int], Iterator[Original]]
SETS: tuple[tuple[Maker, int], ...] = (
    (_photographs, 15),
    (_scenes, 24),
    (_places_again, 12),
    (_bursts, 14),
    (_memes, 14),
    (_chats, 16),
    (_documents, 12),
    (_tickets, 12),
    (_plain, 8),
)
