"""Trigram indexes for title, keywords and names of people, and for lenses, which PostgreSQL searches."""

from django.db import migrations

INDEXES = {
    "search_photo_labels": "gallery_photo USING gin (folded_labels gin_trgm_ops)",
    "search_photo_lens": "gallery_photo USING gin (folded_lens gin_trgm_ops)",
}
CREATE = "; ".join(f"CREATE INDEX {name} ON {definition}" for name, definition in INDEXES.items())
DROP = "; ".join(f"DROP INDEX {name}" for name in INDEXES)


class Migration(migrations.Migration):
    dependencies = [("search", "0005_white_on_transparent"), ("gallery", "0004_claims")]
    operations = [migrations.RunSQL(CREATE, DROP)]
