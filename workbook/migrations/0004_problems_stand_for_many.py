from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workbook', '0003_mended_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='problem',
            name='stands_for',
            field=models.PositiveIntegerField(default=1),
        ),
    ]
