"""Tries of passwords, and the cache that all processes share."""

from django.db import migrations, models

import connector.lib.clock


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CacheEntry",
            fields=[
                ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "connector_cache"},
        ),
        migrations.CreateModel(
            name="LogInTry",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_index=True, default=connector.lib.clock.now)),
            ],
            options={
                "indexes": [models.Index(fields=["key", "-at"], name="connector_l_key_at")]
            },
        ),
    ]
