import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workbook', '0004_problems_stand_for_many'),
    ]

    operations = [
        migrations.CreateModel(
            name='Addition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet', models.CharField(max_length=24)),
                ('position', models.PositiveIntegerField()),
                ('rows', models.JSONField(default=list)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='additions', to='workbook.run')),
            ],
            options={
                'verbose_name': 'rows added by an import',
                'verbose_name_plural': 'rows added by an import',
                'ordering': ['position', 'pk'],
                'indexes': [models.Index(fields=['run', 'sheet', 'position'], name='addition_run')],
            },
        ),
    ]
