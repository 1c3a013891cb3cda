"""The console command ``kexin``.

A sub-command is a module of the floor (or of the core) that owns it, named in COMMANDS. The module offers::

    help: str                                         one sentence
    def arguments(parser: ArgumentParser) -> None     its options
    def run(args: Namespace) -> int                   0 good, 1 refused or failed, 2 wrong usage
    needs_django = True                               (optional) False: run() prepares Django itself

The module is imported before Django is set up, so it imports models inside ``run``. Before ``run`` the
database is started or adopted and Django is set up, unless the module says otherwise. A module that does not
exist is not listed.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from kexin.project.commands import CommandError
from kexin.project.postgres_account import PostgresError

COMMANDS = {
    "serve": "kexin.project.commands.serve",
    "migrate": "kexin.project.commands.migrate",
    "begin": "kexin.project.commands.begin",
    "demo": "kexin.project.commands.demo",
    "import": "kexin.project.commands.load",
    "export": "kexin.project.commands.export",
    "keys": "kexin.core.keys_command",
    "backup": "kexin.project.commands.backup",
    "restore": "kexin.project.commands.restore",
    "audit": "kexin.core.audit_command",
    "dossier": "kexin.project.commands.dossier",
    "mail": "kexin.service.conversations.mail.command",
    "doctor": "kexin.project.commands.doctor",
    "manage": "kexin.project.commands.manage",
}
PROCESSES = {  # started by ``serve``, not by people: not listed
    "web": "kexin.project.commands.web",
    "portal": "kexin.project.commands.portal",
    "worker": "kexin.project.commands.worker",
}
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command and return its exit code: 0 good, 1 refused or failed, 2 usage, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    asked = arguments[0] if arguments else ""
    modules = (
        {asked: _module(asked)} if is_offered(asked) else {name: _module(name) for name in COMMANDS if is_offered(name)}
    )
    parser = argparse.ArgumentParser(prog="kexin", description="Kexin 客信, the customer platform of a bank.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, module in modules.items():
        sub = commands.add_parser(name, help=module.help, description=module.help)
        module.arguments(sub)
    if asked == "manage":  # Django's own options, --help among them, are not ours to read
        args = argparse.Namespace(command="manage", rest=arguments[1:])
    else:
        args = parser.parse_args(arguments)
    return _run(modules[args.command], args)


def run_in_open_installation(name: str, argv: Sequence[str] = ()) -> int:
    """Run another sub-command where database and Django are ready already; its exit code."""
    module = _module(name)
    parser = argparse.ArgumentParser(prog=f"kexin {name}")
    module.arguments(parser)
    return int(module.run(parser.parse_args(list(argv))))


def _run(module: ModuleType, args: argparse.Namespace) -> int:
    try:
        if not getattr(module, "needs_django", True):
            return int(module.run(args))
        from kexin.project.installation import opened

        with opened():
            return int(module.run(args))
    except KeyboardInterrupt:
        print("kexin: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as in ``kexin doctor | head``
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if not _is_plain(error):
            raise
        print(f"kexin: {error}", file=sys.stderr)
        return 1


def _is_plain(error: Exception) -> bool:
    """Whether the error's text is a sentence for the person at the terminal, and no trace is needed."""
    keyfiles = sys.modules.get("kexin.core.keyfiles")  # not imported for it: Tink is heavy
    kinds = (PostgresError, CommandError) if keyfiles is None else (PostgresError, CommandError, keyfiles.KeyMissing)
    return isinstance(error, kinds)


def _path(name: str) -> str:
    return COMMANDS.get(name) or PROCESSES.get(name, "")


def is_offered(name: str) -> bool:
    """Whether the module of a command exists in this build."""
    path = _path(name)
    try:
        return bool(path) and importlib.util.find_spec(path) is not None
    except ModuleNotFoundError:  # not even its package is there
        return False


def _module(name: str) -> ModuleType:
    return importlib.import_module(_path(name))


if __name__ == "__main__":
    sys.exit(main())
