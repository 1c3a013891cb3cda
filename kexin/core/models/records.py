"""What is only ever appended: audit entries and their chain, events, row history. All partitioned by month.

These tables are made in SQL (migration 0002): primary key ``(id, at)``, partitions by month, no foreign key points
at them. Rows are written by the doors and by triggers, never through these models.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.choices import ActorKind, Outcome


class AuditEntry(models.Model):
    """One act: who did, read or was refused what, when, from where."""

    pk = models.CompositePrimaryKey("id", "at")
    id = models.BigIntegerField()
    at = models.DateTimeField(_("at"))
    actor_kind = models.CharField(_("kind of actor"), max_length=10, choices=ActorKind.choices)
    actor_name = models.CharField(_("actor"), max_length=80)
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    session = models.CharField(max_length=64)
    address = models.CharField(_("address"), max_length=64)
    operation = models.CharField(_("operation"), max_length=80)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=80)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(_("customer"), null=True)
    arguments: models.JSONField[Any, Any] = models.JSONField(_("arguments"))
    policies: models.JSONField[Any, Any] = models.JSONField(_("policy versions"))
    events: models.JSONField[Any, Any] = models.JSONField(_("events"))
    inner_operations: models.JSONField[Any, Any] = models.JSONField(_("inner operations"))

    class Meta:
        managed = False
        db_table = "core_auditentry"


class AuditLink(models.Model):
    """One link of the chain: the digest of an entry and the running hash over all links so far."""

    no = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField()
    entry_at = models.DateTimeField()
    digest = models.BinaryField()
    chain = models.BinaryField()

    class Meta:
        managed = False  # append-only: a flush between tests must not try to truncate it
        db_table = "core_auditlink"


class AuditCheckpoint(models.Model):
    """The chain's state at the end of a day, signed with the institution's key."""

    day = models.DateField(primary_key=True)
    last_no = models.BigIntegerField()
    chain = models.BinaryField()
    signature = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "core_auditcheckpoint"


class Event(models.Model):
    """A stored fact; those with a customer make up the customer's timeline."""

    pk = models.CompositePrimaryKey("id", "at")
    id = models.BigIntegerField()
    at = models.DateTimeField()
    name = models.CharField(max_length=80)
    customer_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80)
    payload: models.JSONField[Any, Any] = models.JSONField()
    operation = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=80)

    class Meta:
        managed = False
        db_table = "core_event"


class History(models.Model):
    """One change of one row, written by the statement-level triggers, whoever changed it and however."""

    pk = models.CompositePrimaryKey("id", "at")
    id = models.BigIntegerField()
    at = models.DateTimeField()
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=6)
    before: models.JSONField[Any, Any] = models.JSONField(null=True)
    after: models.JSONField[Any, Any] = models.JSONField(null=True)
    actor_name = models.CharField(max_length=80)
    operation = models.CharField(max_length=80)

    class Meta:
        managed = False
        db_table = "core_history"
