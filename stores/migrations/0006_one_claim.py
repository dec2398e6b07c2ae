from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('stores', '0005_marks_of_cursors'),
    ]

    operations = [
        migrations.RenameField('cursor', 'pulling_until', 'claimed_until'),
        migrations.RenameField('cursor', 'pulling_by', 'claimed_by'),
    ]
