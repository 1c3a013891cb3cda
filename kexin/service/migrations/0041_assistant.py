"""Talks with the portal's assistant, and what it learned; what was said is never changed."""

import django.db.models.deletion
import kexin.core.fields
from django.db import migrations, models

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.service_assistantline"
            f" FOR EACH ROW EXECUTE FUNCTION {schema}.kexin_refuse_change()"
        )


def let_go(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER append_only ON service_assistantline")


class Migration(migrations.Migration):

    dependencies = [
        ('party', '0011_consents'),
        ('service', '0040_knowledge'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssistantModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stamp', models.CharField(db_collation='C', max_length=64)),
                ('content', models.BinaryField()),
                ('examples', models.PositiveIntegerField(verbose_name='ways of asking')),
                ('articles', models.PositiveIntegerField(verbose_name='articles')),
                ('seconds', models.FloatField(verbose_name='learned in seconds')),
                ('made_at', models.DateTimeField(verbose_name='learned')),
            ],
            options={
                'verbose_name': 'what the assistant learned',
            },
        ),
        migrations.CreateModel(
            name='AssistantTalk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.UUIDField(editable=False)),
                ('began_at', models.DateTimeField(verbose_name='began')),
                ('last_at', models.DateTimeField(verbose_name='last words')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='party.customer')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.servicerequest', verbose_name='request')),
            ],
            options={
                'verbose_name': 'talk with the assistant',
            },
        ),
        migrations.CreateModel(
            name='AssistantLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.BigIntegerField(editable=False)),
                ('key_id', models.UUIDField(editable=False)),
                ('speaker', models.CharField(choices=[('customer', 'Customer'), ('assistant', 'Assistant')], max_length=9, verbose_name='who spoke')),
                ('kind', models.CharField(choices=[('asked', 'Question'), ('answer', 'Answer from an article'), ('offer', 'Articles to choose from'), ('unknown', 'Does not know'), ('status', 'Requests of the customer'), ('handed', 'Handed over to a person')], max_length=8, verbose_name='kind')),
                ('text', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='text')),
                ('offered', models.JSONField(default=list)),
                ('likely', models.FloatField(blank=True, null=True)),
                ('alike', models.FloatField(blank=True, null=True)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.articleversion', verbose_name='source')),
                ('talk', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='service.assistanttalk')),
            ],
            options={
                'verbose_name': 'line of a talk with the assistant',
            },
        ),
        migrations.AddIndex(
            model_name='assistanttalk',
            index=models.Index(models.F('customer'), models.OrderBy(models.F('last_at'), descending=True), name='service_talk_customer'),
        ),
        migrations.AddIndex(
            model_name='assistantline',
            index=models.Index(models.F('talk'), models.F('id'), name='service_line_talk'),
        ),
        migrations.AddConstraint(
            model_name='assistantline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'answer'), _negated=True), ('source__isnull', False), _connector='OR'), name='service_line_answer_has_source'),
        ),
        migrations.RunPython(keep, let_go),
    ]
