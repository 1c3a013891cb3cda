"""Articles of knowledge: versions reviewed by somebody else, the index by which they are found."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


from kexin.core.history import TrackHistory

# What was approved stays word for word: people relied on it. Its withdrawal and its next look are written into it.
KEEP = """
CREATE FUNCTION service_keep_approved_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('approved', 'withdrawn') THEN
    IF TG_OP = 'DELETE' THEN
      RAISE EXCEPTION 'an approved article is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state NOT IN ('withdrawn', OLD.state)
       OR ROW(NEW.article_id, NEW.language, NEW.number, NEW.title, NEW.body, NEW.asked, NEW.sha256, NEW.in_use_from,
              NEW.until_on, NEW.reviewed_by)
          IS DISTINCT FROM
          ROW(OLD.article_id, OLD.language, OLD.number, OLD.title, OLD.body, OLD.asked, OLD.sha256, OLD.in_use_from,
              OLD.until_on, OLD.reviewed_by) THEN
      RAISE EXCEPTION 'an approved article is never changed' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER keep_approved BEFORE UPDATE OR DELETE ON service_articleversion
  FOR EACH ROW EXECUTE FUNCTION service_keep_approved_article();
"""
FORGET = """
DROP TRIGGER keep_approved ON service_articleversion;
DROP FUNCTION service_keep_approved_article();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("service", "0033_care"),
    ]

    operations = [
        migrations.CreateModel(
            name='ArticleCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('path', models.CharField(blank=True, db_collation='C', max_length=200)),
                ('place', models.PositiveSmallIntegerField(default=0, verbose_name='place')),
                ('closed', models.BooleanField(default=False, verbose_name='closed')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='service.articlecategory')),
            ],
            options={
                'verbose_name': 'category of articles',
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('article_no', models.CharField(db_collation='C', max_length=20, unique=True, verbose_name='article number')),
                ('kind', models.CharField(choices=[('answer', 'Frequent question'), ('procedure', 'Procedure'), ('case', 'Case study'), ('script', 'Prepared phrases')], max_length=9, verbose_name='kind')),
                ('audience', models.CharField(choices=[('staff', 'Staff'), ('customer', 'Customers and staff')], max_length=8, verbose_name='audience')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('created_by', models.CharField(max_length=80, verbose_name='created by')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='service.articlecategory', verbose_name='category')),
            ],
            options={
                'verbose_name': 'article',
            },
        ),
        migrations.CreateModel(
            name='ArticleFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='file name')),
                ('media_type', models.CharField(max_length=100)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('added_by', models.CharField(max_length=80, verbose_name='added by')),
                ('added_at', models.DateTimeField(verbose_name='added at')),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='service.article')),
            ],
            options={
                'verbose_name': 'file of an article',
            },
        ),
        migrations.CreateModel(
            name='ArticleLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='service.article')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='linked_from', to='service.article')),
            ],
            options={
                'verbose_name': 'link between articles',
            },
        ),
        migrations.CreateModel(
            name='ArticleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('body', models.TextField(max_length=40000, verbose_name='text')),
                ('asked', models.JSONField(default=list, verbose_name='asked like this')),
                ('change', models.CharField(blank=True, max_length=300, verbose_name='what is new')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('returned', 'Returned'), ('approved', 'Approved'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10, verbose_name='state')),
                ('drafted_by', models.CharField(max_length=80, verbose_name='drafted by')),
                ('drafter_user_id', models.BigIntegerField(null=True)),
                ('writers', models.JSONField(default=list)),
                ('drafted_at', models.DateTimeField(verbose_name='drafted at')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted at')),
                ('reviewed_by', models.CharField(blank=True, max_length=80, verbose_name='reviewed by')),
                ('reviewer_user_id', models.BigIntegerField(null=True)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ('note', models.CharField(blank=True, max_length=1000, verbose_name="reviewer's note")),
                ('in_use_from', models.DateField(blank=True, null=True, verbose_name='in use from')),
                ('until_on', models.DateField(blank=True, null=True, verbose_name='in use until')),
                ('review_on', models.DateField(blank=True, null=True, verbose_name='to be looked at by')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=1000, verbose_name='why withdrawn')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('policy_id', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='service.article')),
            ],
            options={
                'verbose_name': 'version of an article',
            },
        ),
        migrations.CreateModel(
            name='ArticleEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], max_length=2)),
                ('audience', models.CharField(choices=[('staff', 'Staff'), ('customer', 'Customers and staff')], max_length=8)),
                ('kind', models.CharField(choices=[('answer', 'Frequent question'), ('procedure', 'Procedure'), ('case', 'Case study'), ('script', 'Prepared phrases')], max_length=9)),
                ('category_path', models.CharField(db_collation='C', max_length=200)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(blank=True, null=True)),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('counts', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None)),
                ('length', models.PositiveIntegerField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='service.article')),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='entry', to='service.articleversion')),
            ],
            options={
                'verbose_name': 'search entry',
            },
        ),
        migrations.CreateModel(
            name='ArticleVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('voter', models.CharField(db_collation='C', max_length=80)),
                ('useful', models.BooleanField(verbose_name='useful')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what is missing')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='service.articleversion')),
            ],
            options={
                'verbose_name': 'vote on an article',
            },
        ),
        migrations.CreateModel(
            name='SearchMade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('staff', 'Staff'), ('customer', 'Customers')], max_length=8, verbose_name='who searched')),
                ('text', models.CharField(max_length=80, verbose_name='searched for')),
                ('found', models.PositiveSmallIntegerField(verbose_name='found')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('settled_by', models.CharField(blank=True, max_length=80)),
                ('settled_why', models.CharField(blank=True, max_length=200)),
                ('opened', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.article')),
            ],
            options={
                'verbose_name': 'search made',
            },
        ),
        migrations.CreateModel(
            name='SearchTerm',
            fields=[
                ('term', models.CharField(db_collation='C', max_length=40, primary_key=True, serialize=False)),
                ('entries', models.IntegerField(default=0)),
                ('weight', models.BigIntegerField(default=0)),
                ('pinyin', models.CharField(blank=True, db_collation='C', max_length=160)),
                ('grams', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), default=list, size=None)),
            ],
            options={
                'verbose_name': 'search word',
                'indexes': [models.Index(models.F('pinyin'), condition=models.Q(('pinyin', ''), _negated=True), name='service_term_pinyin'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['grams'], name='service_term_grams')],
            },
        ),
        migrations.AddConstraint(
            model_name='articlecategory',
            constraint=models.UniqueConstraint(fields=('parent', 'name'), name='service_category_name', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(models.OrderBy(models.F('created_at'), descending=True), models.F('id'), name='service_article_created'),
        ),
        migrations.AddConstraint(
            model_name='articlefile',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('article', 'sha256'), name='service_articlefile_once'),
        ),
        migrations.AddConstraint(
            model_name='articlelink',
            constraint=models.UniqueConstraint(fields=('article', 'other'), name='service_articlelink_once'),
        ),
        migrations.AddConstraint(
            model_name='articlelink',
            constraint=models.CheckConstraint(condition=models.Q(('article__lt', models.F('other'))), name='service_articlelink_in_order'),
        ),
        migrations.AddIndex(
            model_name='articleversion',
            index=models.Index(models.F('review_on'), condition=models.Q(('state', 'approved')), name='service_article_review_on'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.UniqueConstraint(fields=('article', 'language', 'number'), name='service_articleversion_number'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'in_review', 'returned'])), fields=('article', 'language'), name='service_articleversion_open'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('article', 'language', 'in_use_from'), name='service_articleversion_one_from_a_day'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'withdrawn']), _negated=True), models.Q(('in_use_from__isnull', False), ('review_on__isnull', False), models.Q(('reviewed_by', ''), _negated=True), models.Q(('sha256', ''), _negated=True), models.Q(('reviewed_by', models.F('drafted_by')), _negated=True)), _connector='OR'), name='service_articleversion_reviewed'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.CheckConstraint(condition=models.Q(('reviewer_user_id__isnull', True), ('drafter_user_id__isnull', True), models.Q(('reviewer_user_id', models.F('drafter_user_id')), _negated=True), _connector='OR'), name='service_articleversion_not_the_drafter'),
        ),
        migrations.AddIndex(
            model_name='articleentry',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['terms'], name='service_entry_terms'),
        ),
        migrations.AddConstraint(
            model_name='articlevote',
            constraint=models.UniqueConstraint(fields=('version', 'voter'), name='service_articlevote_once'),
        ),
        migrations.AddIndex(
            model_name='searchmade',
            index=models.Index(models.F('text'), models.F('side'), models.F('at'), condition=models.Q(('opened', None), ('settled_at', None)), name='service_search_dead_ends'),
        ),
        migrations.RunSQL(KEEP, FORGET),
        TrackHistory("service_article"),
        TrackHistory("service_articleversion"),
        TrackHistory("service_articlecategory"),
    ]
