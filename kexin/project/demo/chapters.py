"""Chapters of the told day, one after the other; a telling that was cut off goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from kexin.core.errors import KexinError


def tell_chapters(
    chapters: Mapping[str, Callable[[], object]],
    told: Collection[str],
    tell: Callable[[str], None],
    *,
    again: bool,
) -> None:
    """Tell what is not ``told`` yet; ``tell`` hears of each finished chapter.

    ``again``: after an interruption. Where the chapter that was cut off refuses to be told twice, the next follows.
    """
    for name, chapter in chapters.items():
        if name in told:
            continue
        try:
            chapter()
        except KexinError:
            if not again:
                raise
        tell(name)
