"""Texts about products and their versions: reviewed by somebody else, never changed once approved."""

import django.db.models.deletion
from django.db import migrations, models

from kexin.core.history import TrackHistory


# What was approved stays word for word: it was given to customers. Only its withdrawal is written into it.
KEEP = """
CREATE FUNCTION products_keep_approved_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('approved', 'withdrawn') THEN
    IF TG_OP = 'DELETE' THEN
      RAISE EXCEPTION 'an approved text is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state NOT IN ('withdrawn', OLD.state)
       OR ROW(NEW.text_id, NEW.number, NEW.body, NEW.sha256, NEW.in_use_from, NEW.reviewed_by, NEW.checklist)
          IS DISTINCT FROM
          ROW(OLD.text_id, OLD.number, OLD.body, OLD.sha256, OLD.in_use_from, OLD.reviewed_by, OLD.checklist) THEN
      RAISE EXCEPTION 'an approved text is never changed' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER keep_approved BEFORE UPDATE OR DELETE ON products_textversion
  FOR EACH ROW EXECUTE FUNCTION products_keep_approved_text();
"""
FORGET = """
DROP TRIGGER keep_approved ON products_textversion;
DROP FUNCTION products_keep_approved_text();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('products', '0004_catalogue'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProductText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('risk_disclosure', 'Risk disclosure statement'), ('product_sheet', 'Product sheet'), ('contract', 'Sales contract'), ('sales_script', 'Sales script'), ('promotion', 'Promotion')], max_length=16, verbose_name='kind')),
                ('product_class', models.CharField(choices=[('current', 'Current deposit'), ('time_deposit', 'Time deposit'), ('certificate', 'Large-denomination CD'), ('structured', 'Structured deposit'), ('wealth', 'Bank wealth product'), ('fund', 'Fund'), ('insurance', 'Insurance'), ('gold', 'Gold accumulation'), ('bond', 'Savings bond'), ('trust', 'Trust product'), ('card', 'Credit card'), ('loan', 'Loan')], max_length=14, verbose_name='class')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='products.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'product text',
            },
        ),
        migrations.CreateModel(
            name='TextVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('body', models.TextField(max_length=40000, verbose_name='text')),
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
                ('checklist', models.JSONField(default=dict, verbose_name='checklist')),
                ('note', models.CharField(blank=True, max_length=1000, verbose_name="reviewer's note")),
                ('in_use_from', models.DateField(blank=True, null=True, verbose_name='in use from')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=1000, verbose_name='why withdrawn')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('policy_id', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='products.producttext')),
            ],
            options={
                'verbose_name': 'version of a product text',
            },
        ),
        migrations.AddConstraint(
            model_name='producttext',
            constraint=models.UniqueConstraint(fields=('kind', 'product_class', 'product', 'language'), name='products_text_one_each', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='textversion',
            constraint=models.UniqueConstraint(fields=('text', 'number'), name='products_textversion_number'),
        ),
        migrations.AddConstraint(
            model_name='textversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'in_review', 'returned'])), fields=('text',), name='products_textversion_open'),
        ),
        migrations.AddConstraint(
            model_name='textversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('text', 'in_use_from'), name='products_textversion_one_from_a_day'),
        ),
        migrations.AddConstraint(
            model_name='textversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'withdrawn']), _negated=True), models.Q(('in_use_from__isnull', False), models.Q(('reviewed_by', ''), _negated=True), models.Q(('sha256', ''), _negated=True), models.Q(('reviewed_by', models.F('drafted_by')), _negated=True)), _connector='OR'), name='products_textversion_reviewed'),
        ),
        migrations.AddConstraint(
            model_name='textversion',
            constraint=models.CheckConstraint(condition=models.Q(('reviewer_user_id__isnull', True), ('drafter_user_id__isnull', True), models.Q(('reviewer_user_id', models.F('drafter_user_id')), _negated=True), _connector='OR'), name='products_textversion_not_the_drafter'),
        ),
        migrations.RunSQL(KEEP, FORGET),
        TrackHistory('products_producttext'),
        TrackHistory('products_textversion'),
    ]
