import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0001_initial'),
        ('service_areas', '0004_ledger'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='exemption',
            name='reviewed_on',
            field=models.DateField(blank=True, help_text='An exemption is looked at again every year.', null=True, verbose_name='last reviewed on'),
        ),
        migrations.CreateModel(
            name='ExemptionApplication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('old', 'Old and infirm'), ('ill', 'Seriously ill'), ('incapacitated', 'Incapacitated'), ('away', 'Long-term away'), ('suspended', 'Suspended'), ('other', 'Other')], max_length=16, verbose_name='reason')),
                ('scope', models.CharField(choices=[('all', 'All work'), ('links', 'Household links only'), ('physical', 'Physical work only')], default='all', max_length=10, verbose_name='scope')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, help_text='The first day on which it no longer holds; empty: until further notice.', null=True, verbose_name='until')),
                ('state', models.CharField(choices=[('applied', 'Applied for'), ('agreed', 'Agreed by the branch'), ('filed', 'Filed with the township'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], default='applied', max_length=10, verbose_name='state')),
                ('agreed_on', models.DateField(blank=True, null=True, verbose_name='agreed by the branch on')),
                ('applied_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('refusal', models.CharField(blank=True, max_length=200, verbose_name='reason of the refusal')),
                ('version', models.PositiveIntegerField(default=1)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service_areas.branch', verbose_name='Party branch')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('exemption', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='application', to='members.exemption', verbose_name='exemption')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exemption_applications', to='members.member', verbose_name='Party member')),
            ],
            options={
                'verbose_name': 'application for exemption',
                'verbose_name_plural': 'applications for exemption',
                'ordering': ['-applied_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['applied', 'agreed'])), fields=('member', 'scope'), name='exemption_application_one_open_per_scope', violation_error_message='This has been applied for already.'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='exemption_application_dates_in_order', violation_error_message='The end lies before the beginning.')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outside', models.CharField(blank=True, max_length=120, verbose_name='organization outside the county')),
                ('state', models.CharField(choices=[('applied', 'Applied for'), ('issued', 'Letter issued'), ('received', 'Received'), ('rejected', 'Rejected'), ('revoked', 'Revoked'), ('expired', 'Expired')], default='applied', max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('letter_no', models.CharField(blank=True, max_length=60, verbose_name='letter no.')),
                ('dues_paid_until', models.DateField(blank=True, null=True, verbose_name='dues paid until')),
                ('valid_until', models.DateField(verbose_name='valid until')),
                ('applied_at', models.DateTimeField()),
                ('issued_at', models.DateTimeField(null=True)),
                ('received_on', models.DateField(blank=True, null=True, verbose_name='received on')),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('version', models.PositiveIntegerField(default=1)),
                ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('from_branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers_out', to='service_areas.branch', verbose_name='from the branch')),
                ('issued_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='members.member', verbose_name='Party member')),
                ('to_branch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers_in', to='service_areas.branch', verbose_name='to the branch')),
            ],
            options={
                'verbose_name': 'transfer of affiliation',
                'verbose_name_plural': 'transfers of affiliation',
                'ordering': ['-applied_at'],
                'indexes': [models.Index(fields=['to_branch', 'state'], name='transfer_to_branch')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['applied', 'issued'])), fields=('member',), name='transfer_one_open_per_member', violation_error_message='A transfer of this member is under way already.'), models.CheckConstraint(condition=models.Q(models.Q(('outside', ''), ('to_branch__isnull', False)), models.Q(('to_branch__isnull', True), models.Q(('outside', ''), _negated=True)), _connector='OR'), name='transfer_has_one_destination', violation_error_message='A transfer leads to a branch of the county, or out of the county.'), models.CheckConstraint(condition=models.Q(('to_branch__isnull', True), models.Q(('to_branch', models.F('from_branch')), _negated=True), _connector='OR'), name='transfer_to_another_branch', violation_error_message='The member belongs to this branch already.')],
            },
        ),
    ]
