"""This month's daily average and the tier of a customer, for lists; derived figures stay out of the row history."""

from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('party', '0006_expiry_stages'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='average',
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=20, verbose_name='monthly daily average'),
        ),
        migrations.AddField(
            model_name='customer',
            name='tier',
            field=models.CharField(blank=True, db_collation='C', db_default='', default='', max_length=20, verbose_name='tier'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('lead_post'), models.OrderBy(models.F('average'), descending=True), models.OrderBy(models.F('party'), descending=True), name='party_customer_post_average'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('unit'), models.OrderBy(models.F('average'), descending=True), models.OrderBy(models.F('party'), descending=True), name='party_customer_unit_average'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.OrderBy(models.F('average'), descending=True), models.OrderBy(models.F('party'), descending=True), name='party_customer_average'),
        ),
        TrackHistory(
            "party_customer",
            "party_id",
            exclude=["search_tokens", "name_match", "updated_at", "assets", "average", "tier", "version"],
            pk_column="party_id",
        ),
    ]
