"""The table of all samples: what each is called, how it is drawn, and by which words it should be found first."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image

from photosearch.samples import chats, memes, papers, screens, shapes, signs
from photosearch.samples.sheet import Sheet


@dataclass(frozen=True)
class SamplePicture:
    """A drawn sample.

    `draw()` gives the image and, in `Sheet.lines`, its true text. `found_by` are words that should bring it up first.
    `taken` is its EXIF date; with `turned` the pixels lie on their side and EXIF says so.
    """

    filename: str
    draw: Callable[[], Sheet]
    found_by: tuple[str, ...] = ()
    taken: str = ""
    turned: bool = False

    def read(self) -> bytes:
        """The file's bytes, the same every time; the name's extension decides the format."""
        image, exif = self.draw().image, Image.Exif()
        if self.taken:
            exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Example", "Pocket Camera 2"
            exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = self.taken
        if self.turned:
            exif[ExifTags.Base.Orientation] = 6
            image = image.transpose(Image.Transpose.ROTATE_90)
        file = BytesIO()
        image.save(file, Image.registered_extensions()["." + self.filename.rsplit(".")[-1]], exif=exif, quality=88)
        return file.getvalue()


@dataclass(frozen=True)
class SamplePhotograph:
    """A real photograph in the `folder` of an installed `package`; its `credit` names author, licence and source."""

    filename: str
    package: str
    folder: str
    found_by: tuple[str, ...] = ()
    credit: str = ""

    def read(self) -> bytes:
        spec = find_spec(self.package)  # found without importing: scikit-learn takes a second
        if spec is None or spec.origin is None:
            raise FileNotFoundError(self.package)
        return (Path(spec.origin).parent / self.folder / self.filename).read_bytes()


CC0 = "CC0, from scikit-image"
CC_BY = "Photograph: %s (flickr.com), CC BY 2.0, from scikit-learn"

SAMPLES: tuple[SamplePicture | SamplePhotograph, ...] = (
    SamplePicture("boarding-pass.png", papers.boarding_pass, ("NH961", "登机牌", "minghao")),
    SamplePicture("IMG_20231002_0721.jpg", papers.train_ticket, ("G1234", "杭州东"), taken="2023:10:02 07:21:40"),
    SamplePicture("day-ticket.png", papers.regional_ticket, ("RE16", "K7Q2ZP")),
    SamplePicture(
        "IMG_20230812_1831.jpg", papers.receipt, ("sourdough", "24.89"), taken="2023:08:12 18:31:05", turned=True
    ),
    SamplePicture("tea-house.png", papers.tea_house_bill, ("龙井", "半山茶馆")),
    SamplePicture("parcel.png", papers.parcel_label, ("YT8472", "陶瓷茶杯")),
    SamplePicture("Screenshot_20231013-184702.png", chats.dinner, ("云南菜", "老地方")),
    SamplePicture("Screenshot_20231017-093110.png", chats.address_by_mail, ("jianguo.chen@", "accounts-payable")),
    SamplePicture("Screenshot_20231109-220814.png", chats.group_shift, ("扣了半天",)),
    SamplePicture("Screenshot_20240302-075533.png", chats.moving_day, ("Priya Raman", "Harbour Lane")),
    SamplePicture("Screenshot_20241014-212009.png", chats.landlord, ("7946 0958", "Delgado")),
    SamplePicture("meme-holiday.png", memes.holiday_swap, ("调休", "六天班")),
    SamplePicture("meme-sunday.jpg", memes.six_days, ("假期不要",)),
    SamplePicture("meme-monday.webp", memes.monday, ("is it friday",)),
    SamplePicture("meme-machine.gif", memes.works_on_my_machine, ("on my machine",)),
    SamplePicture("meme-costume.png", memes.costume, ("道具", "服装")),
    SamplePicture("poster-jazz.jpg", signs.concert_poster, ("jazz night", "boathouse")),
    SamplePicture("poster-ink.jpg", signs.exhibition_poster, ("水墨", "美术馆")),
    SamplePicture("IMG_20240118_1502.jpg", signs.whiteboard, ("Magnolia", "导出报表"), taken="2024:01:18 15:02:11"),
    SamplePicture("lost-dog.png", signs.lost_dog, ("555-0142", "寻狗")),
    SamplePicture("station.jpg", signs.station_sign, ("中关", "Zhongguancun")),
    SamplePicture("wifi.jpg", signs.wifi_sign, ("Garden_Guest", "mint-tea")),
    SamplePicture("img-src-x.png", signs.hostile_sign, ("onerror",)),
    SamplePicture("trail.jpg", signs.sideways_sign, ("Larkspur", "落石")),
    SamplePicture("booking.png", screens.mail, ("QX7-4419", "Ines Carvalho", "seaview.example")),
    SamplePicture("calendar.png", screens.calendar_page, ("中秋节",)),
    SamplePicture("terminal.png", screens.terminal, ("ConnectionResetError", "192.0.2.17")),
    SamplePicture("Screenshot_20230905-120331.png", screens.transfer, ("1,288.00", "房租")),
    SamplePicture("weather.png", screens.weather, ("雷阵雨",)),
    SamplePicture("long-article.png", screens.long_article, ("heron key", "植物学家")),
    SamplePicture("red-circle.png", shapes.red_circle),
    SamplePicture("blue-square.png", shapes.blue_square),
    SamplePicture("green-triangle.png", shapes.green_triangle),
    SamplePicture("yellow-star.png", shapes.yellow_star),
    SamplePhotograph("chelsea.png", "skimage", "data", ("cat", "猫"), CC0),
    SamplePhotograph("coffee.png", "skimage", "data", ("a cup of coffee",), CC0),
    SamplePhotograph("rocket.jpg", "skimage", "data", ("rocket", "火箭"), CC0),
    SamplePhotograph("china.jpg", "sklearn", "datasets/images", ("temple",), CC_BY % "danielbuechele"),
    SamplePhotograph("flower.jpg", "sklearn", "datasets/images", ("flower", "花"), CC_BY % "vultilion"),
)
# Loaded at the first start. The shapes test searches by picture, and the hostile sign looks like a break-in.
FIRST_PICTURES = tuple(sample for sample in SAMPLES if sample.found_by and sample.filename != "img-src-x.png")
