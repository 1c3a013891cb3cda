"""The second token is unique among documents in use, as the first: a retired document may share its number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("party", "0002_history")]

    operations = [
        migrations.RemoveConstraint(model_name="identitydocument", name="party_identity_once_next"),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.UniqueConstraint(
                fields=("token_next",), condition=models.Q(("retired_at", None)), name="party_identity_once_next"
            ),
        ),
    ]
