"""The keys of uploaded files; a field of roles that nothing read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0007_ladder")]

    operations = [
        migrations.AddField("importupload", "sealed_keys", models.BinaryField(editable=False, null=True)),
        migrations.RemoveField("role", "mfa_required"),
    ]
