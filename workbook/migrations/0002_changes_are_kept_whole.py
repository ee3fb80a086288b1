from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workbook', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='change',
            name='change_is_one',
        ),
        migrations.AlterField(
            model_name='change',
            name='new',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='change',
            name='old',
            field=models.TextField(blank=True),
        ),
    ]
