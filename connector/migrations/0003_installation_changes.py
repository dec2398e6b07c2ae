"""Who changed what of the installation."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import connector.lib.clock


class Migration(migrations.Migration):
    dependencies = [
        ("connector", "0002_second_factors_encrypted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InstallationChange",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("origin", models.CharField(
                    choices=[("pages", "in the browser"), ("file", "by a configuration file")],
                    max_length=10)),
                ("changes", models.JSONField(default=list)),
                ("at", models.DateTimeField(db_index=True, default=connector.lib.clock.now)),
                ("author", models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.SET_NULL,
                    to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
