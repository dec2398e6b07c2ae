from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0003_names_of_categories")]

    operations = [
        migrations.AddField("sourcerecord", "flaws", models.JSONField(null=True)),
    ]
