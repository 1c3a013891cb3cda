# The catalogue, admission with its record, ratings and trading terms

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import kexin.products.models.product
import kexin.products.models.terms
from django.db import migrations, models

from kexin.core.history import TrackHistory

TRACKED = ("product", "tradingterms", "productfee", "productrisk", "stagerisk", "riskrating", "admission")
GUARD = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON products_{0}"
    " FOR EACH ROW EXECUTE FUNCTION kexin_refuse_change()"
)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_records'),
        ('products', '0003_net_values'),
    ]

    operations = [
        migrations.CreateModel(
            name='Admission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='round')),
                ('state', models.CharField(choices=[('open', 'Under way'), ('returned', 'Returned'), ('approved', 'Approved')], default='open', max_length=8, verbose_name='state')),
                ('step', models.CharField(blank=True, choices=[('compliance', 'Compliance review'), ('risk', 'Assessment of risk'), ('protection', 'Consumer-protection review'), ('approval', 'Approval of admission')], max_length=10, verbose_name='step')),
                ('drafter_user_id', models.BigIntegerField(null=True)),
                ('compliance_user_id', models.BigIntegerField(null=True)),
                ('risk_user_id', models.BigIntegerField(null=True)),
                ('protection_user_id', models.BigIntegerField(null=True)),
                ('approval_user_id', models.BigIntegerField(null=True)),
                ('submitted_by', models.CharField(db_collation='C', max_length=40)),
                ('submitted_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'admission',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='Benchmark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField(verbose_name='from')),
                ('low', models.DecimalField(decimal_places=4, max_digits=7, null=True, verbose_name='benchmark, or its lower end, in % a year')),
                ('high', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, verbose_name='upper end in % a year')),
                ('formula', models.CharField(blank=True, max_length=200, verbose_name='benchmark in words')),
                ('basis', models.CharField(max_length=400, verbose_name='how it was reckoned')),
                ('reason', models.CharField(blank=True, max_length=400, verbose_name='reason of the change')),
                ('set_by', models.CharField(blank=True, db_collation='C', max_length=40)),
                ('set_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'benchmark of performance',
                'ordering': ['-from_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ProductFee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('subscription', 'Subscription fee in the offering'), ('purchase', 'Subscription fee in open periods'), ('redemption', 'Redemption fee'), ('management', 'Management fee'), ('custody', 'Custody fee'), ('sales_service', 'Sales service fee'), ('performance', 'Performance fee')], max_length=14, verbose_name='fee')),
                ('rate', models.DecimalField(decimal_places=4, max_digits=7, validators=[django.core.validators.MinValueValidator(0)], verbose_name='rate in %')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='conditions')),
            ],
            options={
                'verbose_name': 'fee',
            },
        ),
        migrations.CreateModel(
            name='ProductRisk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('market', 'Market risk'), ('credit', 'Credit risk'), ('liquidity', 'Liquidity risk'), ('operational', 'Operational risk'), ('legal', 'Legal risk'), ('policy', 'Policy risk')], max_length=12, verbose_name='risk')),
                ('weight', models.PositiveSmallIntegerField(verbose_name='weight (1 to 5)')),
                ('text', models.CharField(max_length=400, verbose_name='what may happen')),
                ('control', models.CharField(max_length=400, verbose_name='control')),
            ],
            options={
                'verbose_name': 'product risk',
            },
        ),
        migrations.CreateModel(
            name='ProductStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('drafted', 'Drafted'), ('changed', 'Draft changed'), ('submitted', 'Submitted for admission'), ('passed', 'Step passed'), ('returned', 'Returned to the drafter'), ('admitted', 'Admitted for sale'), ('suspended', 'Sale suspended'), ('resumed', 'Sale resumed'), ('withdrawn', 'Withdrawn from sale'), ('redrafted', 'Taken back to draft'), ('rerated', 'Re-rated'), ('benchmark', 'Benchmark changed'), ('terms', 'Trading terms changed')], max_length=10, verbose_name='act')),
                ('step', models.CharField(blank=True, choices=[('compliance', 'Compliance review'), ('risk', 'Assessment of risk'), ('protection', 'Consumer-protection review'), ('approval', 'Approval of admission')], max_length=10, verbose_name='step')),
                ('text', models.TextField(blank=True, verbose_name='what was said')),
                ('details', models.JSONField(default=dict)),
                ('done_by', models.CharField(db_collation='C', max_length=40)),
                ('done_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'record of a product',
                'ordering': ['-done_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='RiskRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scores', models.JSONField(default=dict, verbose_name='scores by factor')),
                ('score', models.DecimalField(decimal_places=2, max_digits=4, null=True, verbose_name='weighted score')),
                ('own_grade', models.PositiveSmallIntegerField(choices=[(1, 'R1 low risk'), (2, 'R2 medium-low risk'), (3, 'R3 medium risk'), (4, 'R4 medium-high risk'), (5, 'R5 high risk')], verbose_name="the institution's own grade")),
                ('issuer_grade', models.PositiveSmallIntegerField(choices=[(1, 'R1 low risk'), (2, 'R2 medium-low risk'), (3, 'R3 medium risk'), (4, 'R4 medium-high risk'), (5, 'R5 high risk')], null=True, verbose_name="the issuer's grade")),
                ('grade', models.PositiveSmallIntegerField(choices=[(1, 'R1 low risk'), (2, 'R2 medium-low risk'), (3, 'R3 medium risk'), (4, 'R4 medium-high risk'), (5, 'R5 high risk')], verbose_name='grade that rules')),
                ('raised_by', models.JSONField(default=list, verbose_name='floors that raised the grade')),
                ('reason', models.CharField(max_length=1000, verbose_name='reason')),
                ('policy_id', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('proposed', 'Awaiting approval'), ('in_force', 'In force'), ('replaced', 'Replaced'), ('dropped', 'Not adopted')], default='proposed', max_length=8, verbose_name='state')),
                ('assessed_by', models.CharField(db_collation='C', max_length=40)),
                ('assessor_user_id', models.BigIntegerField(null=True)),
                ('assessed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'product risk grade',
                'ordering': ['-assessed_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='StageRisk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('issue', 'Issue'), ('existence', 'Existence'), ('maturity', 'Maturity'), ('redemption', 'Redemption')], max_length=10, verbose_name='stage')),
                ('text', models.CharField(max_length=400, verbose_name='how risk changes at this stage')),
            ],
            options={
                'verbose_name': 'risk at a stage',
            },
        ),
        migrations.CreateModel(
            name='TradingTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offer_from', models.DateField(blank=True, null=True, verbose_name='offering from')),
                ('offer_until', models.DateField(blank=True, null=True, verbose_name='offering until')),
                ('established_on', models.DateField(blank=True, null=True, verbose_name='established on')),
                ('value_on', models.DateField(blank=True, null=True, verbose_name='return counts from')),
                ('matures_on', models.DateField(blank=True, null=True, verbose_name='matures on')),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='paid out on')),
                ('trades', models.JSONField(default=list, verbose_name='what customers can do')),
                ('dividends', models.CharField(blank=True, choices=[('', 'No dividends'), ('cash', 'In cash'), ('reinvest', 'Reinvested'), ('choice', 'In cash or reinvested, as the customer chooses')], max_length=8, verbose_name='dividends')),
                ('calendar', models.CharField(choices=[('trading', 'Trading days of the exchanges'), ('working', 'Working days of banks')], default='trading', max_length=7, verbose_name='days counted')),
                ('cut_off', models.TimeField(default=kexin.products.models.terms.three_in_the_afternoon, verbose_name='end of the dealing day')),
                ('confirm_days', models.PositiveSmallIntegerField(default=1, verbose_name='confirmation (T+N)')),
                ('payout_days', models.PositiveSmallIntegerField(default=2, verbose_name='payout after redemption (T+N)')),
                ('open_every_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='opens every so many days')),
                ('open_length_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='stays open for days')),
                ('least_hold_days', models.PositiveSmallIntegerField(default=0, verbose_name='least holding in days')),
                ('add_least', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='least further amount')),
                ('add_step', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='amounts in steps of')),
                ('fast_limit', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='fast redemption a day and customer')),
                ('quota', models.DecimalField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name='quota of the institution')),
                ('quota_per_customer', models.DecimalField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name='quota of a customer')),
                ('raise_least', models.DecimalField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name='least amount for the product to be established')),
                ('large_share', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='large redemption from % of all shares')),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'verbose_name': 'trading terms',
            },
        ),
        migrations.AddField(
            model_name='product',
            name='categories',
            field=models.JSONField(blank=True, default=dict, verbose_name='place in each classification scheme'),
        ),
        migrations.AddField(
            model_name='product',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='product',
            name='details',
            field=models.JSONField(blank=True, default=dict, verbose_name='fields of its class'),
        ),
        migrations.AddField(
            model_name='product',
            name='distributor',
            field=models.CharField(blank=True, max_length=80, verbose_name='distributor'),
        ),
        migrations.AddField(
            model_name='product',
            name='drafted_by',
            field=models.CharField(blank=True, db_collation='C', max_length=40, verbose_name='drafted by'),
        ),
        migrations.AddField(
            model_name='product',
            name='drafter_user_id',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='product',
            name='labels',
            field=models.JSONField(blank=True, default=list, verbose_name='labels'),
        ),
        migrations.AddField(
            model_name='product',
            name='languages',
            field=models.JSONField(blank=True, default=kexin.products.models.product.chinese_only, verbose_name='languages of its texts'),
        ),
        migrations.AddField(
            model_name='product',
            name='liquidity',
            field=models.CharField(blank=True, max_length=200, verbose_name='liquidity'),
        ),
        migrations.AddField(
            model_name='product',
            name='manager',
            field=models.CharField(blank=True, max_length=80, verbose_name='product manager (institution)'),
        ),
        migrations.AddField(
            model_name='product',
            name='registration_code',
            field=models.CharField(blank=True, db_collation='C', max_length=40, verbose_name='registration code'),
        ),
        migrations.AddField(
            model_name='product',
            name='registration_place',
            field=models.CharField(blank=True, max_length=120, verbose_name='where the registration can be verified'),
        ),
        migrations.AddField(
            model_name='product',
            name='return_form',
            field=models.CharField(blank=True, choices=[('fixed_income', 'Fixed income'), ('equity', 'Equity'), ('mixed', 'Mixed'), ('derivative', 'Commodities and derivatives')], max_length=12, verbose_name='return form'),
        ),
        migrations.AddField(
            model_name='product',
            name='return_method',
            field=models.CharField(blank=True, max_length=300, verbose_name='how the return is made'),
        ),
        migrations.AddField(
            model_name='product',
            name='risk_features',
            field=models.CharField(blank=True, max_length=300, verbose_name='risk features'),
        ),
        migrations.AddField(
            model_name='product',
            name='structure',
            field=models.CharField(blank=True, choices=[('fixed_rate', 'Fixed rate'), ('net_value', 'Net-value type'), ('structured', 'Structured return'), ('protection', 'Insurance protection'), ('credit', 'Credit granted to the customer')], max_length=10, verbose_name='structure'),
        ),
        migrations.AddField(
            model_name='product',
            name='suitable_customers',
            field=models.CharField(blank=True, max_length=300, verbose_name='suitable customers'),
        ),
        migrations.AddField(
            model_name='product',
            name='version',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['state', 'code'], name='products_product_state'),
        ),
        migrations.AddField(
            model_name='admission',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='admissions', to='products.product'),
        ),
        migrations.AddField(
            model_name='benchmark',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='benchmarks', to='products.product'),
        ),
        migrations.AddField(
            model_name='productfee',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fees', to='products.product'),
        ),
        migrations.AddField(
            model_name='productrisk',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='risks', to='products.product'),
        ),
        migrations.AddField(
            model_name='productstep',
            name='admission',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='products.admission'),
        ),
        migrations.AddField(
            model_name='productstep',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='products.product'),
        ),
        migrations.AddField(
            model_name='riskrating',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='products.product'),
        ),
        migrations.AddField(
            model_name='admission',
            name='rating',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='admissions', to='products.riskrating'),
        ),
        migrations.AddField(
            model_name='stagerisk',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stage_risks', to='products.product'),
        ),
        migrations.AddField(
            model_name='tradingterms',
            name='product',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='products.product'),
        ),
        migrations.AddConstraint(
            model_name='benchmark',
            constraint=models.UniqueConstraint(fields=('product', 'from_on'), name='products_benchmark_day'),
        ),
        migrations.AddConstraint(
            model_name='benchmark',
            constraint=models.CheckConstraint(condition=models.Q(('high__isnull', True), ('high__gte', models.F('low')), _connector='OR'), name='products_benchmark_range'),
        ),
        migrations.AddConstraint(
            model_name='benchmark',
            constraint=models.CheckConstraint(condition=models.Q(('low__isnull', False), models.Q(('formula', ''), _negated=True), _connector='OR'), name='products_benchmark_said'),
        ),
        migrations.AddConstraint(
            model_name='productfee',
            constraint=models.UniqueConstraint(fields=('product', 'kind'), name='products_fee_once'),
        ),
        migrations.AddConstraint(
            model_name='productfee',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gte', 0), ('rate__lte', 100)), name='products_fee_percent'),
        ),
        migrations.AddConstraint(
            model_name='productrisk',
            constraint=models.UniqueConstraint(fields=('product', 'kind'), name='products_risk_once'),
        ),
        migrations.AddConstraint(
            model_name='productrisk',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 5)), name='products_risk_weight'),
        ),
        migrations.AddConstraint(
            model_name='productrisk',
            constraint=models.CheckConstraint(condition=models.Q(('control', ''), _negated=True), name='products_risk_control'),
        ),
        migrations.AddConstraint(
            model_name='riskrating',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('product',), name='products_rating_in_force'),
        ),
        migrations.AddConstraint(
            model_name='riskrating',
            constraint=models.CheckConstraint(condition=models.Q(('grade__gte', models.F('own_grade'))), name='products_rating_not_below_own'),
        ),
        migrations.AddConstraint(
            model_name='riskrating',
            constraint=models.CheckConstraint(condition=models.Q(('issuer_grade__isnull', True), ('grade__gte', models.F('issuer_grade')), _connector='OR'), name='products_rating_not_below_issuer'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.UniqueConstraint(fields=('product', 'number'), name='products_admission_round'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('product',), name='products_admission_open_once'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('compliance_user_id__isnull', True), ('drafter_user_id__isnull', True), models.Q(('compliance_user_id', models.F('drafter_user_id')), _negated=True), _connector='OR'), models.Q(('risk_user_id__isnull', True), ('drafter_user_id__isnull', True), models.Q(('risk_user_id', models.F('drafter_user_id')), _negated=True), _connector='OR'), models.Q(('protection_user_id__isnull', True), ('drafter_user_id__isnull', True), models.Q(('protection_user_id', models.F('drafter_user_id')), _negated=True), _connector='OR'), models.Q(('approval_user_id__isnull', True), ('drafter_user_id__isnull', True), models.Q(('approval_user_id', models.F('drafter_user_id')), _negated=True), _connector='OR')), name='products_admission_not_the_drafter'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('protection_user_id__isnull', True), ('compliance_user_id__isnull', True), models.Q(('protection_user_id', models.F('compliance_user_id')), _negated=True), _connector='OR'), models.Q(('protection_user_id__isnull', True), ('risk_user_id__isnull', True), models.Q(('protection_user_id', models.F('risk_user_id')), _negated=True), _connector='OR')), name='products_admission_protection_apart'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approval_user_id__isnull', True), ('compliance_user_id__isnull', True), models.Q(('approval_user_id', models.F('compliance_user_id')), _negated=True), _connector='OR'), models.Q(('approval_user_id__isnull', True), ('risk_user_id__isnull', True), models.Q(('approval_user_id', models.F('risk_user_id')), _negated=True), _connector='OR'), models.Q(('approval_user_id__isnull', True), ('protection_user_id__isnull', True), models.Q(('approval_user_id', models.F('protection_user_id')), _negated=True), _connector='OR')), name='products_admission_somebody_else'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('approval_user_id__isnull', False), ('compliance_user_id__isnull', False), ('protection_user_id__isnull', False), ('risk_user_id__isnull', False)), _connector='OR'), name='products_admission_all_steps'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='products_admission_closed_at'),
        ),
        migrations.AddConstraint(
            model_name='stagerisk',
            constraint=models.UniqueConstraint(fields=('product', 'stage'), name='products_stage_once'),
        ),
        migrations.AddConstraint(
            model_name='tradingterms',
            constraint=models.CheckConstraint(condition=models.Q(('offer_until__isnull', True), ('offer_from__isnull', True), ('offer_until__gte', models.F('offer_from')), _connector='OR'), name='products_terms_offer'),
        ),
        migrations.AddConstraint(
            model_name='tradingterms',
            constraint=models.CheckConstraint(condition=models.Q(('matures_on__isnull', True), ('value_on__isnull', True), ('matures_on__gte', models.F('value_on')), _connector='OR'), name='products_terms_life'),
        ),
        migrations.AddConstraint(
            model_name='tradingterms',
            constraint=models.CheckConstraint(condition=models.Q(('paid_on__isnull', True), ('matures_on__isnull', True), ('paid_on__gte', models.F('matures_on')), _connector='OR'), name='products_terms_paid'),
        ),
        migrations.AddConstraint(
            model_name='tradingterms',
            constraint=models.CheckConstraint(condition=models.Q(('payout_days__gte', models.F('confirm_days'))), name='products_terms_payout'),
        ),
        migrations.AddConstraint(
            model_name='tradingterms',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('open_every_days', None), ('open_length_days', None)), models.Q(('open_every_days__gt', models.F('open_length_days')), ('open_length_days__gte', 1)), _connector='OR'), name='products_terms_open'),
        ),
        *(TrackHistory(f"products_{table}") for table in TRACKED),
        migrations.RunSQL(GUARD.format("productstep"), "DROP TRIGGER append_only ON products_productstep"),
        migrations.RunSQL(GUARD.format("benchmark"), "DROP TRIGGER append_only ON products_benchmark"),
    ]
