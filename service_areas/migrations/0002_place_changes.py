import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('service_areas', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='village',
            name='ended_on',
            field=models.DateField(blank=True, help_text='The first day on which the village no longer exists.', null=True, verbose_name='until'),
        ),
        migrations.CreateModel(
            name='PlaceChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('rename', 'Renamed'), ('close', 'Closed'), ('merge', 'Merged'), ('split', 'Split'), ('move', 'Moved to another branch')], max_length=8, verbose_name='change')),
                ('changed_on', models.DateField(verbose_name='on')),
                ('document', models.CharField(max_length=60, verbose_name='document no.')),
                ('moved', models.JSONField(default=dict)),
                ('by_name', models.CharField(blank=True, max_length=60)),
                ('by_name_latin', models.CharField(blank=True, max_length=80)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='place_changes', to='service_areas.county', verbose_name='county')),
                ('township', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='place_changes', to='service_areas.township', verbose_name='township')),
            ],
            options={
                'verbose_name': 'change of places',
                'verbose_name_plural': 'changes of places',
                'ordering': ['-changed_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PlaceChangeUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('before', 'Before'), ('after', 'After')], max_length=6)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=120, verbose_name='English name')),
                ('area', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='service_areas.servicearea', verbose_name='Party member service area')),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='units', to='service_areas.placechange', verbose_name='change of places')),
                ('village', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='service_areas.village', verbose_name='village')),
            ],
            options={
                'verbose_name': 'unit of a change',
                'verbose_name_plural': 'units of changes',
                'ordering': ['side', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('area__isnull', False), ('village__isnull', True)), models.Q(('area__isnull', True), ('village__isnull', False)), _connector='OR'), name='place_change_unit_one_place')],
            },
        ),
    ]
