import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('service_areas', '0003_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(choices=[('reveal', 'Revealed an ID number'), ('import', 'Imported a workbook'), ('export', 'Exported'), ('print', 'Printed'), ('activate', 'Made sign-in slips')], max_length=10, verbose_name='act')),
                ('subject_kind', models.CharField(blank=True, max_length=40)),
                ('subject_id', models.PositiveBigIntegerField(null=True)),
                ('subject_label', models.CharField(blank=True, max_length=200, verbose_name='about')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('details', models.JSONField(default=dict)),
                ('by_name', models.CharField(blank=True, max_length=60)),
                ('by_name_latin', models.CharField(blank=True, max_length=80)),
                ('by_post', models.CharField(blank=True, max_length=160)),
                ('by_post_en', models.CharField(blank=True, max_length=240)),
                ('at', models.DateTimeField(verbose_name='at')),
                ('branch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service_areas.branch', verbose_name='Party branch')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('county', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service_areas.county', verbose_name='county')),
                ('township', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service_areas.township', verbose_name='township')),
            ],
            options={
                'verbose_name': 'entry of the ledger',
                'verbose_name_plural': 'ledger',
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='ledger_entry_subject'), models.Index(fields=['by', 'verb', 'at'], name='ledger_entry_by')],
            },
        ),
    ]
