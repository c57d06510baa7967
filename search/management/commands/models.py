"""List encoders and text recognition, download weights, build the vector index of an encoder."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gallery.models import Photo
from search.encoders.client import EncoderUnavailable, describe_encoders
from search.models import PhotoEmbedding, PhotoText
from search.ocr import reader
from search.ocr.recognisers import find_recognisers
from search.ocr.scripts import SCRIPTS
from search.vectors.index import build_vector_index, has_vector_index


class Command(BaseCommand):
    help = "List the encoders and text recognition: their state, and the number of photos each has processed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--fetch", action="store_true", help="download the weights of the encoders that need a download"
        )
        parser.add_argument(
            "--activate",
            metavar="NAME",
            help="build the vector index of an encoder; searches in large libraries use an encoder only with its index",
        )

    def handle(self, *_args: Any, fetch: bool, activate: str | None, **_options: Any) -> None:
        if fetch:
            self._fetch()
        elif activate:
            self._activate(activate)
        else:
            self._list()

    def _fetch(self) -> None:
        from search.encoders.models import find_encoder_classes
        from search.encoders.weights import WeightsUnavailable

        for name, encoder_class in find_encoder_classes(settings.ENCODERS).items():
            try:
                path = encoder_class.fetch()
            except WeightsUnavailable as error:
                raise CommandError(f"{name}: {error.reason}") from error
            self.stdout.write(f"{name}: {path or 'needs no download'}")

    def _activate(self, name: str) -> None:
        try:
            encoders = {info.name: info for info in describe_encoders()}
        except EncoderUnavailable as error:
            raise CommandError(str(error)) from error
        if name not in encoders:
            raise CommandError(f"Unknown encoder {name}. Encoders: {', '.join(encoders)}.")
        info = encoders[name]
        if info.state != "ready":
            raise CommandError(f"{info.title} is not ready: {info.reason}")
        self.stdout.write(f"Building the index of {info.model}. Searches continue to work …")
        if not build_vector_index(info.model, info.dimensions):
            raise CommandError("Another process is building an index. Try again later.")
        self.stdout.write("Done.")

    def _list(self) -> None:
        photos = Photo.objects.filter(defect="").count()
        try:
            for info in describe_encoders():
                known = PhotoEmbedding.objects.filter(model=info.model, view=0).count()
                index = "with index" if has_vector_index(info.model) else "without index"
                self._write(info.name, info.title, info.reason or info.model, f"{known} of {photos} photos, {index}")
        except EncoderUnavailable as error:
            self._write("encoders", str(error))
        try:
            engine = reader.engine_version()
            read = PhotoText.objects.filter(engine=engine).count()
            self._write("ocr", "text recognition", engine, f"{read} of {photos} photos")
        except reader.TextRecognitionUnavailable as error:
            self._write("ocr", "text recognition", str(error))
        engines = {recogniser.script.name: recogniser.engine for recogniser in find_recognisers()}
        for name in SCRIPTS:
            self._write("script", name, engines.get(name, "not read"))

    def _write(self, name: str, *columns: str) -> None:
        self.stdout.write("  ".join([f"{name:8}", *columns]))
