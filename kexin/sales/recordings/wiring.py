"""What recordings register with the floors below, when the floor starts."""

from __future__ import annotations


def wire() -> None:
    """Doors, work, sentences, files of the vault."""
    from django.utils.translation import gettext_lazy as _

    from kexin.core.ui.menu import register_menu
    from kexin.core.vaultkeys import register_files
    from kexin.sales.dossier.parts import register_dossier_part
    from kexin.sales.models import RecordingPiece, SalesRecording
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
        sentences,
        work,
    )
    from kexin.sales.recordings.dossier import recordings_part

    work.register()
    sentences.register()
    register_files(SalesRecording, removed_on=None)
    register_files(RecordingPiece, key="recording__key_id")
    register_dossier_part("recordings", recordings_part, order=40)
    register_menu("sales", _("Recordings of sales"), "recordings:list", "video", queries.VIEW_RECORDINGS, 46)
