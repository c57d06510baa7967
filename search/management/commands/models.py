"""List encoders and text recognition, fetch weights ahead, build a model's index."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.models import Photo
from search.encoders.client import EncoderUnavailable, describe_encoders
from search.models import PhotoEmbedding, PhotoText
from search.ocr import reader
from search.vectors.index import build_vector_index, has_vector_index


class Command(BaseCommand):
    help = "List the models: which are ready, what the others wait for, and how many photos each has seen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fetch", action="store_true", help="download CLIP's weights now")
        parser.add_argument(
            "--activate",
            metavar="NAME",
            help="build the index of an encoder (clip, conse), without which it does not answer in large libraries",
        )

    def handle(self, *_args: Any, fetch: bool, activate: str | None, **_options: Any) -> None:
        if fetch:
            self._fetch()
        elif activate:
            self._activate(activate)
        else:
            self._list()

    def _fetch(self) -> None:
        from search.encoders.models.clip_weights import fetch_weights
        from search.encoders.weights import WeightsUnavailable

        try:
            self.stdout.write(f"CLIP's weights are in {fetch_weights()}")
        except WeightsUnavailable as error:
            raise CommandError(str(error.reason)) from error

    def _activate(self, name: str) -> None:
        try:
            encoders = {info.name: info for info in describe_encoders()}
        except EncoderUnavailable as error:
            raise CommandError(str(error)) from error
        if name not in encoders:
            raise CommandError(f"There is no encoder {name}: choose one of {', '.join(encoders)}.")
        info = encoders[name]
        if info.state != "ready":
            raise CommandError(f"{info.title} waits: {info.reason}")
        self.stdout.write(f"Building the index of {info.model}; searches go on meanwhile …")
        if not build_vector_index(info.model, info.dimensions):
            raise CommandError("Another process is building an index; try again when it is done.")
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

    def _write(self, name: str, *columns: str) -> None:
        self.stdout.write("  ".join([f"{name:8}", *columns]))
