"""When each kind of data was last confirmed, its row history, and when the next review is due."""

import django.db.models.deletion
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('party', '0009_ownership'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerReview',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='review', serialize=False, to='party.customer')),
                ('due_on', models.DateField(verbose_name='review due on')),
            ],
            options={
                'verbose_name': 'review of customer data',
                'indexes': [models.Index(models.F('due_on'), name='party_review_due')],
            },
        ),
        migrations.CreateModel(
            name='FactConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('contacts', 'Contact points'), ('address', 'Addresses'), ('occupation', 'Occupation and income'), ('identity', 'Identity documents'), ('tax_residence', 'Tax residence'), ('legal_representative', 'Legal representative'), ('beneficial_owner', 'Beneficial owners')], max_length=20, verbose_name='kind of data')),
                ('confirmed_on', models.DateField(verbose_name='confirmed on')),
                ('source', models.CharField(choices=[('said', 'The customer said so'), ('seen', 'A document was seen'), ('changed', 'Changed in the file')], max_length=8, verbose_name='how it is known')),
                ('confirmed_by', models.CharField(max_length=80)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='party.customer')),
            ],
            options={
                'verbose_name': 'confirmation of data',
                'constraints': [models.UniqueConstraint(fields=('customer', 'kind'), name='party_confirmation_once')],
            },
        ),
        TrackHistory("party_factconfirmation", "customer_id"),
    ]
