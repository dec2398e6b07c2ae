"""Orders whose documents wait in Xero for somebody's approval are drafts, and not "In Xero"."""

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q


def label(apps, schema_editor):
    order, posting, source = (
        apps.get_model("sync", name) for name in ("TrackedOrder", "Posting", "PostingSource")
    )
    drafts = posting.objects.filter(
        kind__in=("invoice", "credit_note"), verb="PUT", state="posted",
        xero_status__in=("DRAFT", "SUBMITTED"),
    )
    own = drafts.filter(order=OuterRef("pk"))
    shared = source.objects.filter(order=OuterRef("pk"), posting__in=drafts)
    order.objects.filter(Q(Exists(own)) | Q(Exists(shared)), label="posted").update(label="draft")


def unlabel(apps, schema_editor):
    apps.get_model("sync", "TrackedOrder").objects.filter(label="draft").update(label="posted")


class Migration(migrations.Migration):
    dependencies = [("sync", "0016_document_numbers")]

    operations = [
        migrations.AlterField(
            model_name="trackedorder",
            name="label",
            field=models.CharField(
                choices=[
                    ("working", "Working"), ("posted", "In Xero"), ("draft", "Draft"),
                    ("held", "Needs you"), ("dead", "Refused"), ("unknown", "Checking"),
                    ("skipped", "Not synced"), ("mismatch", "Differs"),
                ],
                default="working",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="trackedorder",
            index=models.Index(
                condition=Q(refunded_units__gt=0), fields=["label", "-id"], name="order_refunded"
            ),
        ),
        migrations.RunPython(label, unlabel),
    ]
