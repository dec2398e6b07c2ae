from typing import Any

from django.db import migrations, models
from django.db.models import F


def all_was_compared(apps: Any, _: Any) -> None:
    """Until now whoever read a list compared it at once."""
    apps.get_model("xero", "MirrorCursor").objects.update(compared_to=F("position"))


class Migration(migrations.Migration):
    dependencies = [("xero", "0011_one_claim")]

    operations = [
        migrations.AddField(
            model_name="mirrorcursor",
            name="compared_to",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(all_was_compared, migrations.RunPython.noop),
    ]
