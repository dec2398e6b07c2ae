from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0021_doubts'),
    ]

    operations = [
        migrations.RenameField('backfill', 'lease_until', 'claimed_until'),
        migrations.RenameField('backfill', 'leased_by', 'claimed_by'),
        migrations.RenameField('backfill', 'failures', 'attempts'),
        migrations.RenameField('organisationrun', 'running_until', 'claimed_until'),
        migrations.RenameField('organisationrun', 'running_by', 'claimed_by'),
        migrations.RenameField('reconcilerun', 'lease_until', 'claimed_until'),
        migrations.RenameField('reconcilerun', 'worker', 'claimed_by'),
        migrations.RenameField('trackedorder', 'building_until', 'claimed_until'),
        migrations.RenameField('trackedorder', 'building_by', 'claimed_by'),
        migrations.RenameField('trackedproduct', 'building_until', 'claimed_until'),
        migrations.RenameField('trackedproduct', 'building_by', 'claimed_by'),
        migrations.RemoveIndex('incomingcall', 'incoming_calls_waiting'),
        migrations.RenameField('incomingcall', 'due_at', 'not_before'),
        migrations.AddIndex('incomingcall', models.Index(condition=models.Q(('state', 'waiting')), fields=['not_before'], name='incoming_calls_waiting')),
    ]
