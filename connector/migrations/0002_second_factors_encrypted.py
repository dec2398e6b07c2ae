"""Secrets of authenticator apps and seeds of recovery codes were plain text: encrypt them."""

from django.db import migrations

from connector.lib import crypto

CONTEXT = "mfa.Authenticator.data"


def change(apps, one):
    authenticator = apps.get_model("mfa", "Authenticator")
    for row in authenticator.objects.order_by("pk"):
        for name in ("secret", "seed"):
            if name in row.data:
                row.data[name] = one(row.data[name])
        if "migrated_codes" in row.data:
            row.data["migrated_codes"] = [one(code) for code in row.data["migrated_codes"]]
        row.save(update_fields=["data"])


def seal(apps, schema_editor):
    def one(text):
        sealed = text.startswith(f"{crypto.VERSION}:")
        return text if sealed else crypto.keyring().seal(text, CONTEXT)

    change(apps, one)


def unseal(apps, schema_editor):
    change(apps, lambda text: crypto.keyring().unseal(text, CONTEXT))


class Migration(migrations.Migration):
    dependencies = [("connector", "0001_initial"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal, unseal)]
