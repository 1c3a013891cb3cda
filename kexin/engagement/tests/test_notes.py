"""Notes and the timeline."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.events import event_types
from kexin.core.models import Event, History
from kexin.engagement.models import Note
from kexin.engagement.operations import change_note, pin_note, withdraw_note, write_note
from kexin.engagement.queries import TimelineFilter, notes, timeline_events
from kexin.engagement.timeline import is_known, names_of, rendering_of

pytestmark = pytest.mark.django_db


def test_a_note_is_written_changed_and_withdrawn(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    note = write_note(chen, actor=lin, text="  下午三点后再打电话\r\n问女儿的婚礼 ")
    assert note.text == "下午三点后再打电话\n问女儿的婚礼"
    changed = change_note(note, actor=lin, text="上午打电话", version=1)
    assert changed.version == 2
    withdraw_note(note, actor=lin)
    assert notes(lin, chen.pk) == []
    assert list(Event.objects.filter(name__startswith="engagement.").order_by("id").values_list("name", flat=True)) == [
        "engagement.NoteWritten",
        "engagement.NoteChanged",
        "engagement.NoteWithdrawn",
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload::text FROM core_event WHERE name LIKE 'engagement.%%'")
        assert not any("电话" in text for (text,) in cursor.fetchall())


def test_the_second_editor_is_told(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    note = write_note(chen, actor=lin, text="一")
    change_note(note, actor=lin, text="二", version=1)
    with pytest.raises(Conflict):
        change_note(note, actor=lin, text="三", version=1)
    assert Note.objects.get(pk=note.pk).text == "二"


def test_only_the_author_changes_and_withdraws(bank: Any, chen: Any) -> None:
    note = write_note(chen, actor=bank.actor("lin"), text="一")
    with pytest.raises(RuleViolation):
        change_note(note, actor=bank.actor("zhou"), text="二", version=1)
    with pytest.raises(RuleViolation):
        withdraw_note(note, actor=bank.actor("zhou"))
    with pytest.raises(NotPermitted):
        change_note(note, actor=bank.actor("sun"), text="二", version=1)
    with pytest.raises(NotFound):
        change_note(note, actor=bank.actor("mei"), text="二", version=1)


def test_three_notes_are_pinned_at_most(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    written = [write_note(chen, actor=lin, text=str(n), pinned=n < 3) for n in range(4)]
    with pytest.raises(RuleViolation):
        pin_note(written[3], actor=lin, pinned=True)
    pin_note(written[0], actor=lin, pinned=False)
    pin_note(written[3], actor=lin, pinned=True)
    assert [note.text for note in notes(lin, chen.pk)] == ["3", "2", "1", "0"]


def test_service_writes_but_does_not_pin(bank: Any, chen: Any) -> None:
    note = write_note(chen, actor=bank.actor("sun"), text="客户来电询问利率")
    with pytest.raises(NotPermitted):
        pin_note(note, actor=bank.actor("sun"), pinned=True)


def test_the_text_lies_encrypted(bank: Any, chen: Any) -> None:
    write_note(chen, actor=bank.actor("lin"), text="secret wedding")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM engagement_note")
        assert b"wedding" not in bytes(cursor.fetchone()[0])
    row = History.objects.get(table_name="engagement_note")
    assert "wedding" not in str(row.after)


def test_the_history_shows_notes_only_to_those_who_may_see_them(bank: Any, chen: Any) -> None:
    from kexin.party.history import changes, told

    write_note(chen, actor=bank.actor("lin"), text="秘密")
    for name, seen in (("lin", True), ("wu", True), ("he", False)):
        row, rows = changes(bank.actor(name), chen.pk)
        shown = str([change.fields for change in told(bank.actor(name), row, list(rows))])
        assert ("秘密" in shown) is seen, name


# -- timeline -----------------------------------------------------------------------------------------------------


TOLD_BY_ANOTHER = {"party.CustomersTransferred"}  # each customer's own page tells PortfolioAssigned


def test_every_event_has_a_rendering() -> None:
    of_floors = {name for name in event_types if name.split(".")[0] in ("party", "holdings", "engagement")}
    of_floors -= TOLD_BY_ANOTHER
    assert of_floors
    assert {name for name in of_floors if not is_known(name)} == set()


def test_every_rendering_reads_whatever_the_payload_lacks() -> None:
    from kexin.core.actor import system
    from kexin.core.ui.icons import draw

    for name in names_of("", system("test")):
        rendering = rendering_of(name)
        assert rendering is not None
        assert str(rendering.label)
        str(rendering.sentence({}))
        assert "<path" in draw(rendering.icon)


def test_what_happened_is_told_newest_first(bank: Any, chen: Any) -> None:
    write_note(chen, actor=bank.actor("lin"), text="一")
    rows = timeline_events(bank.actor("lin"), chen.pk).order_by("-at", "-id")
    names = [row.name for row in rows]
    assert names[0] == "engagement.NoteWritten"
    assert names[-1] in ("party.CustomerCreated", "party.PortfolioAssigned")
    only = timeline_events(bank.actor("lin"), chen.pk, TimelineFilter("contacts"))
    assert [row.name for row in only] == ["engagement.NoteWritten"]
    assert not timeline_events(bank.actor("lin"), chen.pk, TimelineFilter("documents"))


def panel(client: Any, customer: Any, **query: str) -> Any:
    return client.get(reverse("core:panel", args=["customer", customer.pk, "timeline"]), query)


def test_the_panel_shows_notes_to_those_who_may_see_them(bank: Any, chen: Any, client_of: Any) -> None:
    write_note(chen, actor=bank.actor("lin"), text="喜欢<b>定期</b>", pinned=True)
    shown = panel(client_of("lin"), chen).content.decode()
    assert "喜欢&lt;b&gt;定期&lt;/b&gt;" in shown
    assert "林晓雯" in shown
    assert panel(client_of("he"), chen).status_code == 404
    assert panel(client_of("mei"), chen).status_code == 404


def test_the_panel_goes_on_where_it_stopped(bank: Any, chen: Any, client_of: Any) -> None:
    for n in range(45):
        write_note(chen, actor=bank.actor("lin"), text=f"第{n}条。")
    client, seen, cursor = client_of("lin"), [], ""
    for _page in range(4):
        answer = panel(client, chen, **({"at": cursor} if cursor else {}))
        seen += [line.note.text for line in answer.context["lines"] if line.note]
        cursor = answer.context["next"]
        if not cursor:
            break
    assert seen == [f"第{n}条。" for n in range(44, -1, -1)]


def test_query_budget_of_the_panel(bank: Any, chen: Any, client_of: Any) -> None:
    from kexin.engagement.ui.panels import timeline_panel

    write_note(chen, actor=bank.actor("lin"), text="一", pinned=True)

    class Request:
        actor = bank.actor("lin")
        GET: dict[str, str] = {}
        path = "/"

    with CaptureQueriesContext(connection) as caught:
        timeline_panel(Request(), chen.pk)  # type: ignore[arg-type]
    assert len(caught) <= 9  # three of them for large transactions, one for their policy where it is not cached


def test_notes_by_the_page(bank: Any, chen: Any, client_of: Any) -> None:
    client = client_of("lin")
    answer = client.post(
        reverse("engagement:write_note", args=[chen.pk]), {"text": "记一笔"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (204, "panel-changed-timeline")
    note = Note.objects.get()
    empty = client.post(reverse("engagement:write_note", args=[chen.pk]), {"text": " "}, headers={"HX-Request": "true"})
    assert empty.status_code == 422
    url = reverse("engagement:note", args=[note.pk])
    assert "记一笔" in client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert client.post(url, {"text": "改一笔", "version": "1"}).status_code == 302
    late = client.post(url, {"text": "晚了", "version": "1"}, headers={"HX-Request": "true"})
    assert late.status_code == 422
    assert "改一笔" in late.content.decode()
    assert "晚了" in late.content.decode()
    assert client_of("mei").get(url).status_code == 404
