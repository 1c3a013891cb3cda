"""What recordings register with the floors below, when the floor starts."""

from __future__ import annotations


def _kept(names: list[str]) -> set[str]:
    """Which of these files of the vault are recordings or pieces of some."""
    from kexin.sales.models import RecordingPiece, SalesRecording

    whole = SalesRecording.objects.filter(stored_as__in=names, removed_on=None).values_list("stored_as", flat=True)
    return {*whole, *RecordingPiece.objects.filter(stored_as__in=names).values_list("stored_as", flat=True)}


def wire() -> None:
    """Doors, work, sentences, files of the vault."""
    from django.utils.translation import gettext_lazy as _

    from kexin.core.ui.menu import register_menu
    from kexin.engagement import vault
    from kexin.sales.dossier.parts import register_dossier_part
    from kexin.sales.recordings import (  # noqa: F401  doors
        begun,
        completing,
        events,
        inspecting,
        keeping,
        oversight,
        playing,
        policies,
        queries,
        rekeying,
        sentences,
        work,
    )
    from kexin.sales.recordings.dossier import recordings_part

    work.register()
    sentences.register()
    rekeying.register()
    vault.register_keeper(_kept)
    register_dossier_part("recordings", recordings_part, order=40)
    register_menu("sales", _("Recordings of sales"), "recordings:list", "video", queries.VIEW_RECORDINGS, 46)
