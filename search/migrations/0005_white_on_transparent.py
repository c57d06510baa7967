"""Pictures that were white on white: their ink is white on transparent paper, which now gets a dark background."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WITH_TRANSPARENCY = ("png", "apng", "gif", "webp", "tif", "tiff", "avif", "heic", "heif")
ALL_WHITE = b"\xff" * 48


def make_again(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Forget thumbnails and embeddings of entirely white pictures; the clock has them made again."""
    white = apps.get_model("gallery", "Photo").objects.filter(
        extension__in=WITH_TRANSPARENCY, placeholder=ALL_WHITE, thumbnail_version__gt=0
    )
    apps.get_model("search", "PhotoEmbedding").objects.filter(photo__in=white).delete()
    white.update(thumbnail_version=0)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0003_folded_columns"), ("search", "0004_search_quality")]
    operations = [migrations.RunPython(make_again, migrations.RunPython.noop, elidable=True)]
