"""Models and constraints of near-duplicates get the names of the glossary."""

from django.db import migrations, models

CONSTRAINTS = {
    "look_alike_unique": "near_duplicate_unique",
    "look_alike_older_first": "near_duplicate_older_first",
}


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_squashed_0006_assistant_searches"),
    ]

    operations = [
        migrations.RenameModel("LookAlike", "NearDuplicatePair"),
        migrations.RenameModel("KeptApart", "DismissedGroup"),
        migrations.RenameIndex("NearDuplicatePair", "near_duplicate_owner_model", old_name="look_alike_owner_model"),
        migrations.RenameIndex("NearDuplicatePair", "near_duplicate_unread", old_name="look_alike_unread"),
        migrations.RenameIndex("DismissedGroup", "dismissed_owner_moment", old_name="kept_apart_owner_moment"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER TABLE search_nearduplicatepair RENAME CONSTRAINT {old} TO {new}",
                    f"ALTER TABLE search_nearduplicatepair RENAME CONSTRAINT {new} TO {old}",
                )
                for old, new in CONSTRAINTS.items()
            ],
            state_operations=[
                *(migrations.RemoveConstraint("NearDuplicatePair", old) for old in CONSTRAINTS),
                migrations.AddConstraint(
                    "NearDuplicatePair",
                    models.UniqueConstraint(fields=("one", "other", "model"), name="near_duplicate_unique"),
                ),
                migrations.AddConstraint(
                    "NearDuplicatePair",
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="near_duplicate_older_first"
                    ),
                ),
            ],
        ),
    ]
