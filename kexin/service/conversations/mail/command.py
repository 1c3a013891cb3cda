"""``kexin mail fetch``: take in what is new in the mailbox of the institution, now."""

from __future__ import annotations

import argparse
import json
import sys

help = "take in the mail of customers"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One act."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    fetch = acts.add_parser("fetch", help="read the mailbox of KEXIN_IMAP_URL once; it is read every minute anyway")
    fetch.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 read, 1 the server is away, 2 no mailbox is set."""
    from django.conf import settings

    from kexin.service.conversations.mail.fetching import MailboxAway, fetch_mail

    if not settings.KEXIN_IMAP_URL:
        print("No mailbox is set: KEXIN_IMAP_URL is empty.", file=sys.stderr)
        return 2
    try:
        taken = fetch_mail(settings.KEXIN_IMAP_URL)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except MailboxAway as away:
        print(
            f"The mail server cannot be read at the moment ({away}). Nothing is lost: it is tried again.",
            file=sys.stderr,
        )
        return 1
    print(json.dumps({"taken": taken}) if args.json else f"{taken} mails were taken in.")
    return 0
