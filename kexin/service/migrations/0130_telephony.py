"""Telephone calls and extensions; a call that changes rings at the posts it concerns (kexin/core/live.py)."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import kexin.core.fields
from kexin.core.history import TrackHistory

RING = """
CREATE FUNCTION service_phonecall_rings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    posts bigint[] := NEW.rung_posts || NEW.post_id;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        posts := posts || OLD.rung_posts || OLD.post_id;
    END IF;
    PERFORM pg_notify('kexin_live', 'calls:' || each) FROM (SELECT DISTINCT unnest(posts) AS each) AS rung
      WHERE each IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER rings AFTER INSERT OR UPDATE ON service_phonecall
    FOR EACH ROW EXECUTE FUNCTION service_phonecall_rings();
"""
STILL = "DROP TRIGGER rings ON service_phonecall; DROP FUNCTION service_phonecall_rings();"


class Migration(migrations.Migration):

    dependencies = [
        ('party', '0011_consents'),
        ('people', '0005_qualifications'),
        ('service', '0100_complaint_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='PhoneCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call_no', models.CharField(db_collation='C', max_length=20, unique=True, verbose_name='call number')),
                ('reference', models.CharField(db_collation='C', editable=False, max_length=64, unique=True)),
                ('direction', models.CharField(choices=[('in', 'The customer called'), ('out', 'We called')], max_length=3, verbose_name='direction')),
                ('key_id', models.UUIDField(editable=False)),
                ('number', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=40, null=True, verbose_name='number')),
                ('number_token', models.BinaryField(max_length=16, null=True)),
                ('extension', models.CharField(blank=True, db_collation='C', max_length=20, verbose_name='extension')),
                ('rung_posts', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('state', models.CharField(choices=[('ringing', 'Rings'), ('talking', 'In conversation'), ('ended', 'Ended'), ('missed', 'Nobody took it')], default='ringing', max_length=7, verbose_name='state')),
                ('began_at', models.DateTimeField(verbose_name='began')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='taken')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='over')),
                ('recording', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=500, null=True, verbose_name='recording')),
                ('back', models.CharField(blank=True, choices=[('reached', 'Reached'), ('unreached', 'Tried, nobody reached'), ('needless', 'Not needed')], max_length=9, verbose_name='called back')),
                ('version', models.PositiveIntegerField(default=1)),
                ('conversation', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='phone_call', to='service.conversation')),
                ('customer', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='phone_calls', to='party.customer')),
                ('post', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'telephone call',
                'indexes': [models.Index(models.F('post'), models.OrderBy(models.F('began_at'), descending=True), name='service_call_post'), models.Index(models.F('unit'), models.OrderBy(models.F('began_at'), descending=True), name='service_call_unit'), models.Index(models.F('customer'), models.OrderBy(models.F('began_at'), descending=True), name='service_call_customer'), models.Index(models.F('number_token'), models.OrderBy(models.F('began_at'), descending=True), name='service_call_number'), models.Index(models.OrderBy(models.F('began_at'), descending=True), name='service_call_began'), models.Index(models.F('began_at'), condition=models.Q(('state__in', ('ringing', 'talking'))), name='service_call_live')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'missed'), _negated=True), models.Q(('answered_at', None), ('ended_at__isnull', False)), _connector='OR'), name='service_call_missed'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), _negated=True), ('ended_at__isnull', False), _connector='OR'), name='service_call_ended')],
            },
        ),
        migrations.CreateModel(
            name='PhoneExtension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('extension', models.CharField(db_collation='C', max_length=20, verbose_name='extension')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('set_by', models.CharField(max_length=80)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.CharField(blank=True, max_length=80)),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='people.post', verbose_name='post')),
            ],
            options={
                'verbose_name': 'telephone extension',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('extension',), name='service_extension_once')],
            },
        ),
        TrackHistory("service_phonecall", "customer_id", exclude=["number_token"]),
        TrackHistory("service_phoneextension"),
        migrations.RunSQL(RING, STILL),
    ]
