"""The counter of customer numbers, and row history of everything that identifies a party."""

from django.db import migrations

from kexin.core.history import TrackHistory

BLIND = ["token", "token_next", "last4_token"]


class Migration(migrations.Migration):
    dependencies = [("party", "0001_initial"), ("core", "0002_records")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE party_customer_no START 10000001", "DROP SEQUENCE party_customer_no"),
        TrackHistory("party_party", "id", exclude=["updated_at"]),
        TrackHistory(
            "party_customer",
            "party_id",
            exclude=["search_tokens", "name_match", "updated_at", "assets", "version"],
            pk_column="party_id",
        ),
        TrackHistory("party_partyname", "party_id"),
        TrackHistory("party_identitydocument", "party_id", exclude=BLIND),
        TrackHistory("party_contactpoint", "party_id", exclude=BLIND),
        TrackHistory("party_address", "party_id"),
        TrackHistory("party_partyattribute", "party_id", exclude=["token"]),
        TrackHistory("party_enterpriseprofile", "party_id", pk_column="party_id"),
        TrackHistory("party_relationship", "from_party_id"),
        TrackHistory("party_portfolioassignment", "customer_id"),
        TrackHistory("party_duplicatecandidate", "first_id"),
    ]
