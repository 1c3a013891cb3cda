"""Known problems, questions to support desks, situations of phrases, coaching reviews; figures of a feedback review."""

from __future__ import annotations

import django.db.models.deletion
import kexin.core.fields
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('party', '0011_consents'),
        ('people', '0005_qualifications'),
        ('service', '0140_assistant_takes'),
    ]

    operations = [
        migrations.AddField(
            model_name='feedbackreview',
            name='figures',
            field=models.JSONField(default=dict, verbose_name='figures since the review before'),
        ),
        migrations.CreateModel(
            name='KnownProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('problem_no', models.CharField(db_collation='C', max_length=20, unique=True, verbose_name='problem number')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('symptoms', models.CharField(max_length=2000, verbose_name='how it shows')),
                ('workaround', models.CharField(blank=True, max_length=2000, verbose_name='what helps meanwhile')),
                ('fix', models.CharField(blank=True, max_length=2000, verbose_name='what was done about it')),
                ('prevention', models.CharField(blank=True, max_length=1000, verbose_name='how it is prevented')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('state', models.CharField(choices=[('open', 'Being worked on'), ('fixed', 'Fixed, watched'), ('closed', 'Closed, did not come back'), ('accepted', 'Lived with')], default='open', max_length=8, verbose_name='state')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('found_at', models.DateTimeField(verbose_name='recorded')),
                ('found_by', models.CharField(max_length=80, verbose_name='recorded by')),
                ('fixed_at', models.DateTimeField(blank=True, null=True, verbose_name='fixed')),
                ('watch_until', models.DateField(blank=True, null=True, verbose_name='watched until')),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('policy_id', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('owner_post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'known problem',
            },
        ),
        migrations.CreateModel(
            name='PhraseSituation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('situation', models.CharField(db_collation='C', max_length=40, verbose_name='situation')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='situations', to='service.article')),
            ],
            options={
                'verbose_name': 'situation of prepared phrases',
            },
        ),
        migrations.CreateModel(
            name='ProblemLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('met_at', models.DateTimeField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=80)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('article', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problem_links', to='service.article')),
                ('complaint', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problem_links', to='service.complaint')),
                ('problem', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='service.knownproblem')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problem_links', to='service.servicerequest')),
            ],
            options={
                'verbose_name': 'link of a known problem',
            },
        ),
        migrations.CreateModel(
            name='SupportQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question_no', models.CharField(db_collation='C', max_length=20, unique=True, verbose_name='question number')),
                ('desk', models.CharField(db_collation='C', max_length=40, verbose_name='support desk')),
                ('sale_no', models.CharField(blank=True, db_collation='C', max_length=20, verbose_name='sale')),
                ('subject', models.CharField(max_length=120, verbose_name='in a few words')),
                ('question', models.CharField(max_length=2000, verbose_name='question')),
                ('answer_text', models.CharField(blank=True, max_length=4000, verbose_name='answer')),
                ('state', models.CharField(choices=[('open', 'Awaits an answer'), ('answered', 'Answered'), ('settled', 'It helped')], default='open', max_length=8, verbose_name='state')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('asked_by', models.CharField(max_length=80, verbose_name='asked by')),
                ('due_at', models.DateTimeField(verbose_name='answer due')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answered_by', models.CharField(blank=True, max_length=80, verbose_name='answered by')),
                ('rounds', models.PositiveSmallIntegerField(default=1, verbose_name='times asked')),
                ('policy_id', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('article', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.article')),
                ('asked_post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='support_questions', to='party.customer')),
                ('owner_post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='support_questions', to='service.servicerequest')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'question to a support desk',
            },
        ),
        migrations.CreateModel(
            name='CoachingReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.BigIntegerField(editable=False, null=True)),
                ('key_id', models.UUIDField(editable=False)),
                ('person', models.CharField(db_collation='C', max_length=80, verbose_name='person')),
                ('marks', models.JSONField(default=dict, verbose_name='marks')),
                ('highest', models.PositiveSmallIntegerField(verbose_name='highest mark')),
                ('good_text', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=2000, null=True, verbose_name='what was good')),
                ('better_text', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=2000, null=True, verbose_name='what to try next time')),
                ('word_text', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=2000, null=True, verbose_name="the person's word")),
                ('state', models.CharField(choices=[('given', "Given, awaits the person's word"), ('answered', 'Talked over')], default='given', max_length=8, verbose_name='state')),
                ('reviewer', models.CharField(max_length=80, verbose_name='reviewed by')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('due_at', models.DateTimeField(verbose_name='answer due')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('policy_id', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('conversation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coaching', to='service.conversation')),
                ('person_post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coaching', to='service.servicerequest')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'coaching review',
                'indexes': [models.Index(models.F('unit'), models.OrderBy(models.F('given_at'), descending=True), name='service_coaching_unit'), models.Index(models.F('person'), models.OrderBy(models.F('given_at'), descending=True), name='service_coaching_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('conversation__isnull', False), ('request', None)), models.Q(('conversation', None), ('request__isnull', False)), _connector='OR'), name='service_coaching_one'), models.CheckConstraint(condition=models.Q(('person', models.F('reviewer')), _negated=True), name='service_coaching_not_oneself'), models.CheckConstraint(condition=models.Q(('state', 'given'), ('answered_at__isnull', False), _connector='OR'), name='service_coaching_answered')],
            },
        ),
        migrations.AddIndex(
            model_name='knownproblem',
            index=models.Index(models.F('state'), models.F('due_on'), name='service_problem_state'),
        ),
        migrations.AddIndex(
            model_name='knownproblem',
            index=models.Index(models.OrderBy(models.F('found_at'), descending=True), name='service_problem_found'),
        ),
        migrations.AddConstraint(
            model_name='knownproblem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['fixed', 'closed']), _negated=True), models.Q(models.Q(('fix', ''), _negated=True), ('fixed_at__isnull', False)), _connector='OR'), name='service_problem_fixed'),
        ),
        migrations.AddIndex(
            model_name='phrasesituation',
            index=models.Index(models.F('situation'), name='service_phrase_situation'),
        ),
        migrations.AddConstraint(
            model_name='phrasesituation',
            constraint=models.UniqueConstraint(fields=('article', 'situation'), name='service_phrase_once'),
        ),
        migrations.AddConstraint(
            model_name='problemlink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('article', None), ('complaint', None), ('request__isnull', False)), models.Q(('article', None), ('complaint__isnull', False), ('request', None)), models.Q(('article__isnull', False), ('complaint', None), ('request', None)), _connector='OR'), name='service_problemlink_one'),
        ),
        migrations.AddConstraint(
            model_name='problemlink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('request__isnull', False)), fields=('problem', 'request'), name='service_problemlink_request'),
        ),
        migrations.AddConstraint(
            model_name='problemlink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('complaint__isnull', False)), fields=('problem', 'complaint'), name='service_problemlink_complaint'),
        ),
        migrations.AddConstraint(
            model_name='problemlink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('article__isnull', False)), fields=('problem', 'article'), name='service_problemlink_article'),
        ),
        migrations.AddIndex(
            model_name='supportquestion',
            index=models.Index(models.F('owner_post'), models.F('due_at'), condition=models.Q(('state', 'open')), name='service_support_owner'),
        ),
        migrations.AddIndex(
            model_name='supportquestion',
            index=models.Index(models.OrderBy(models.F('asked_at'), descending=True), name='service_support_asked'),
        ),
        migrations.AddConstraint(
            model_name='supportquestion',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(models.Q(('answer_text', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='service_support_answered'),
        ),
        TrackHistory("service_knownproblem"),
        TrackHistory("service_problemlink"),
        TrackHistory("service_supportquestion"),
        TrackHistory("service_phrasesituation"),
        TrackHistory("service_coachingreview"),
    ]
