from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0004_flaws_of_records")]

    operations = [
        migrations.AddField(
            "cursor", "mark", models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AddField("cursor", "rechecked_at", models.DateTimeField(null=True)),
    ]
