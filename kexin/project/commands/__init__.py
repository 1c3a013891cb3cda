"""Sub-commands of ``kexin`` that belong to no floor: serving, examining, Django's own."""


class CommandError(Exception):
    """A command cannot do its work; the text is one plain sentence for the person at the terminal."""
