"""Looking for duplicates asks for retired documents, too, which the partial unique index does not hold."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("party", "0004_fall_within_ties")]

    operations = [
        migrations.AddIndex(
            model_name="identitydocument", index=models.Index(models.F("token"), name="party_identity_token")
        ),
    ]
