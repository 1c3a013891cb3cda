"""Each figure of a customer writes all indexes of its row anew: two of them were of no use to anybody."""

import django.db.models.deletion
from django.db import migrations, models

LIKE = "party_customer_customer_no_ea7159f4_like"  # numbers collate by bytes: the unique index serves beginnings, too


class Migration(migrations.Migration):
    dependencies = [("party", "0053_scale")]

    operations = [
        migrations.AlterField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="party.customer",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="party_customer_absorbed"
            ),
        ),
        migrations.RunSQL(
            f"DROP INDEX IF EXISTS {LIKE}",
            f"CREATE INDEX {LIKE} ON party_customer (customer_no varchar_pattern_ops)",
        ),
    ]
