from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('xero', '0010_bank_transactions_mirrored'),
    ]

    operations = [
        migrations.RenameField('tokenset', 'refreshing_until', 'claimed_until'),
        migrations.RenameField('tokenset', 'refreshing_by', 'claimed_by'),
        migrations.AlterField('tokenset', 'claimed_until', models.DateTimeField(null=True)),
        migrations.AddField('mirrorcursor', 'claimed_by', models.CharField(blank=True, default='', max_length=40)),
    ]
