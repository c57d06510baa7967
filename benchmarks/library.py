"""A synthetic library to search in: photos, texts and embeddings with the number and shape of real ones.

Half of the photos belong to one owner, one in a hundred to another, the rest to a third. Texts are of eight languages
and 20 to 2,000 characters long; two photos in five have none. Database and index are called `photosearch_benchmark`,
beside the one that DATABASE_URL names, and are kept for the next run.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from django.contrib.auth.models import User
from django.db import connection

from benchmarks.words import draw_text
from gallery.models import Photo
from gallery.pictures.images import THUMBNAIL_VERSION
from search.models import PhotoText

NAME = "photosearch_benchmark"
OWNERS = ("half", "hundredth", "others")
CLUSTERS = 1_000
# Embeddings of pictures are near a surface with far fewer dimensions than they have.
INNER_DIMENSIONS = 64
BATCH = 20_000

PHOTO_COLUMNS = """
    id, owner_id, file, filename, extension, width, height, file_size, sha256, md5, sha1, taken_at, importance,
    description, metadata, defect, revision, thumbnail_version, uploaded_at, date_source, kind, wants_embedding,
    wants_text
"""


@dataclass(frozen=True)
class Library:
    """The synthetic library: number of photos, model and dimensions of its embeddings."""

    photos: int
    model: str
    dimensions: int

    def owner(self, name: str) -> User:
        """Return the owner called `half`, `hundredth` or `others`."""
        return User.objects.get(username=name)


def open_library(*, photos: int, model: str, dimensions: int, name: str = NAME) -> Library:
    """Connect to the synthetic library, migrated; make it first if its size or model differs."""
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, serialize=False, keepdb=True)
    library = Library(photos, model, dimensions)
    if _count("gallery_photo") != photos:
        _fill_photos(photos)
    if _count("search_photoembedding", model) != photos:
        _fill_vectors(library)
    return library


def query_vectors(library: Library, *, count: int, like: str = "pictures", seed: int = 7) -> np.ndarray:
    """Return (count, dimensions) float32 unit vectors: new `pictures` from the same clusters, or `texts`.

    Like CLIP's, texts are in a separate cone, with cosines of 0.2–0.3 to the pictures that they describe.
    """
    pictures = _Clusters(library.dimensions).draw(count, seed=seed)
    if like == "pictures":
        return pictures
    generator = np.random.default_rng(seed)
    texts = generator.normal(size=library.dimensions) * 0.7 + generator.normal(size=pictures.shape) * 0.4
    texts = _unit(texts)
    return _unit(texts - (texts * pictures).sum(1, keepdims=True) * pictures + 0.27 * pictures)


class _Clusters:
    """Unit vectors in clusters of uneven size around a common mean, as embeddings of pictures are."""

    def __init__(self, dimensions: int) -> None:
        generator = np.random.default_rng(1)
        self.centres = generator.normal(size=(CLUSTERS, INNER_DIMENSIONS))
        sizes = 1 / np.arange(3, CLUSTERS + 3)
        self.shares = sizes / sizes.sum()
        basis, _ = np.linalg.qr(generator.normal(size=(dimensions, INNER_DIMENSIONS)))
        self.basis = basis.T
        self.mean = _unit(generator.normal(size=(1, dimensions))) * 10

    def draw(self, count: int, *, seed: int) -> np.ndarray:
        generator = np.random.default_rng(seed)
        inner = self.centres[generator.choice(CLUSTERS, count, p=self.shares)]
        inner = inner + 0.6 * generator.normal(size=inner.shape)
        outer = 0.05 * generator.normal(size=(count, self.mean.shape[1]))
        return _unit(inner @ self.basis + outer + self.mean)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def _owner_ids(photos: int) -> np.ndarray:
    """Return the owner of each photo, mixed like uploads of several users."""
    owners = [User.objects.get_or_create(username=name)[0].pk for name in OWNERS]
    return np.random.default_rng(3).choice(owners, photos, p=[0.50, 0.01, 0.49])


def _fill_photos(photos: int) -> None:
    print(f"making {photos:,} synthetic photos …")
    generator = np.random.default_rng(4)
    widths, heights = generator.choice([1080, 1440, 3024, 4032], (2, photos))
    start = datetime(2015, 1, 1, tzinfo=UTC)
    owners = _owner_ids(photos)
    # None in checkouts before the canonical form: the benchmark compares with one.
    folded = [field for field in Photo._meta.concrete_fields if hasattr(field, "folded")]
    folded_text = [field for field in PhotoText._meta.concrete_fields if hasattr(field, "folded")]
    columns = ", ".join([PHOTO_COLUMNS, *(field.column for field in folded)])
    text_columns = ", ".join(["photo_id, owner_id, engine, text, lines", *(field.column for field in folded_text)])
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE gallery_photo CASCADE")
        with cursor.copy(f"COPY gallery_photo ({columns}) FROM STDIN") as copy:
            for number in range(1, photos + 1):
                digest = hashlib.sha256(str(number).encode()).hexdigest()
                at = start + timedelta(minutes=20 * number)
                filename = f"IMG_{at:%Y%m%d_%H%M%S}.jpg"
                row = (number, int(owners[number - 1]), f"originals/{digest}.jpg", filename, "jpg")
                size = int(widths[number - 1]), int(heights[number - 1])
                digests = digest, digest[:32], digest[:40]
                rest = at.replace(tzinfo=None), number % 6, "", "{}", "", 1, THUMBNAIL_VERSION, at, "exif"
                values = {"filename": filename, "description": "", "metadata": {}}
                names = [field.folded(values[field.of]) for field in folded]
                copy.write_row((*row, *size, 2_000_000, *digests, *rest, "photo", True, True, *names))
        with cursor.copy(f"COPY search_phototext ({text_columns}) FROM STDIN") as copy:
            for number in range(1, photos + 1):
                text = text_of(number)
                texts = [field.folded(text) for field in folded_text]
                copy.write_row((number, int(owners[number - 1]), "synthetic", text, "[]", *texts))
        cursor.execute("ANALYZE gallery_photo, search_phototext")


def text_of(number: int) -> str:
    """Return the text of a photo, the same every time; two photos in five have none."""
    return "" if number % 5 < 2 else draw_text(np.random.default_rng(number), number)


def _fill_vectors(library: Library) -> None:
    print(f"making {library.photos:,} embeddings of {library.dimensions} dimensions …")
    clusters, owners = _Clusters(library.dimensions), _owner_ids(library.photos)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_photoembedding WHERE model = %s", [library.model])
    for begin in range(0, library.photos, BATCH):
        count = min(BATCH, library.photos - begin)
        ids = np.arange(begin + 1, begin + count + 1)
        vectors = clusters.draw(count, seed=100 + begin)
        store_vectors(vectors, model=library.model, photos=ids, owners=owners[begin : begin + count])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_photoembedding")


def store_vectors(vectors: np.ndarray, *, model: str, photos: np.ndarray, owners: np.ndarray) -> None:
    """Copy embeddings to PostgreSQL in its binary format, laid out as a structured array."""
    name_of_model = model.encode()
    fields = [("photo", ">i8"), ("owner", ">i4"), ("model", f"S{len(name_of_model)}"), ("view", ">i2")]
    vector = np.dtype([("dimensions", ">i2"), ("unused", ">i2"), ("numbers", ">f2", vectors.shape[1])])
    columns = [*fields, ("vector", vector)]
    row = [("columns", ">i2")]
    for name, kind in columns:
        row += [(f"{name} bytes", ">i4"), (name, kind)]
    rows = np.zeros(len(vectors), np.dtype(row))
    rows["columns"] = len(columns)
    for name, kind in columns:
        rows[f"{name} bytes"] = np.dtype(kind).itemsize
    rows["photo"], rows["owner"], rows["model"] = photos, owners, name_of_model
    rows["vector"]["dimensions"] = vectors.shape[1]
    rows["vector"]["numbers"] = vectors
    command = "COPY search_photoembedding (photo_id, owner_id, model, view, vector) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        copy.write(rows.tobytes())
        copy.write(b"\xff\xff")


def _count(table: str, model: str | None = None) -> int:
    with connection.cursor() as cursor:
        condition, arguments = (" WHERE model = %s", [model]) if model else ("", [])
        cursor.execute(f"SELECT count(*) FROM {table}{condition}", arguments)  # noqa: S608 - our own names
        return int(cursor.fetchone()[0])
