import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('service_areas', '0004_ledger'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('import', 'Import'), ('export', 'Export')], max_length=6)),
                ('state', models.CharField(choices=[('checking', 'Being checked'), ('checked', 'Checked, nothing written'), ('writing', 'Being written'), ('written', 'Written'), ('making', 'Being made'), ('ready', 'Ready'), ('failed', 'Not possible'), ('discarded', 'Discarded')], max_length=10, verbose_name='state')),
                ('title', models.CharField(max_length=200, verbose_name='file')),
                ('effective_on', models.DateField(verbose_name='changes hold from')),
                ('made_at', models.DateTimeField(verbose_name='at')),
                ('ended_at', models.DateTimeField(null=True)),
                ('row_count', models.PositiveIntegerField(default=0)),
                ('seconds', models.FloatField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('failure', models.JSONField(default=dict)),
                ('options', models.JSONField(default=dict)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('county', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service_areas.county', verbose_name='county')),
            ],
            options={
                'verbose_name': 'import or export',
                'verbose_name_plural': 'imports and exports',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='RunFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('sealed', models.BinaryField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='workbook.run')),
            ],
            options={
                'verbose_name': 'file of a run',
                'verbose_name_plural': 'files of runs',
            },
        ),
        migrations.CreateModel(
            name='Problem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('error', 'Wrong'), ('decide', 'You decide'), ('look', 'Please look')], max_length=6)),
                ('sheet', models.CharField(max_length=24)),
                ('position', models.PositiveIntegerField()),
                ('row', models.PositiveIntegerField()),
                ('column', models.CharField(blank=True, max_length=40)),
                ('cell', models.CharField(blank=True, max_length=12)),
                ('value', models.CharField(blank=True, max_length=80)),
                ('sentence', models.TextField()),
                ('values', models.JSONField(default=dict)),
                ('choice', models.CharField(blank=True, choices=[('same', 'The same person'), ('other', 'Another person')], max_length=6)),
                ('candidate', models.JSONField(default=dict)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='workbook.run')),
            ],
            options={
                'verbose_name': 'problem of an import',
                'verbose_name_plural': 'problems of an import',
                'ordering': ['position', 'pk'],
                'indexes': [models.Index(fields=['run', 'kind', 'position'], name='problem_run')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind', 'decide'), ('choice', ''), _connector='OR'), name='problem_only_decides_where_asked')],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet', models.CharField(max_length=24)),
                ('position', models.PositiveIntegerField()),
                ('row', models.PositiveIntegerField()),
                ('record', models.CharField(max_length=120)),
                ('column', models.CharField(max_length=40)),
                ('old', models.CharField(blank=True, max_length=200)),
                ('new', models.CharField(blank=True, max_length=200)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='workbook.run')),
            ],
            options={
                'verbose_name': 'change by an import',
                'verbose_name_plural': 'changes by an import',
                'ordering': ['position', 'pk'],
                'indexes': [models.Index(fields=['run', 'position'], name='change_run')],
                'constraints': [models.CheckConstraint(condition=models.Q(('old', models.F('new')), _negated=True), name='change_is_one')],
            },
        ),
    ]
