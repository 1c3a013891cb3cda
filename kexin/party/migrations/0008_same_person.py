"""One index answers “same name and birth date”, however many bear the name; indexes that others contain go."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0001_initial"),
        ("party", "0007_average_and_tier"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                models.F("name_match"), models.F("born_year"), models.F("birthday"), name="party_customer_same_person"
            ),
        ),
        migrations.RemoveIndex(model_name="customer", name="party_customer_name_match"),
        migrations.AlterField(
            model_name="customer",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.orgunit",
                verbose_name="unit",
            ),
        ),
        migrations.AlterField(
            model_name="customer",
            name="lead_post",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.post",
                verbose_name="lead manager",
            ),
        ),
    ]
