from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workbook', '0002_changes_are_kept_whole'),
    ]

    operations = [
        migrations.AddField(
            model_name='runfile',
            name='is_mended',
            field=models.BooleanField(default=False),
        ),
    ]
