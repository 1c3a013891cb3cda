"""``kexin doctor``: explains what is wrong with an installation."""

from __future__ import annotations

import argparse
import json

from kexin.project.doctor import examine

help = "explain what is wrong with this installation"
needs_django = False  # it must speak when nothing else does


def arguments(parser: argparse.ArgumentParser) -> None:
    """The form of the report."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when nothing is wrong, 1 otherwise."""
    findings = []
    for finding in examine():
        findings.append(finding)
        if not args.json:
            print(finding.line(), flush=True)
    if args.json:
        print(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=1))
    return int(any(finding.good is False for finding in findings))
