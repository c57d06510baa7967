"""New descriptions of the scopes of API tokens."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0017_help_texts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="digest",
            field=models.CharField(help_text="SHA-256 of the token.", max_length=64, unique=True),
        ),
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("photo:read", "View photos, their text and files"),
                        ("photo:write", "Edit, delete and reprocess photos"),
                        ("upload", "Upload photos"),
                        ("search", "Search photos"),
                        ("import", "Import folders and archives"),
                        ("admin", "View users, queues, failures and metrics (administrators only)"),
                        ("assistant", "Let an AI assistant (MCP) read what you share with it"),
                    ],
                    max_length=20,
                ),
                size=None,
            ),
        ),
    ]
