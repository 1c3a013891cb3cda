"""The address ``kexin serve`` listens on: is it free, does it answer, what does a person type."""

from __future__ import annotations

import errno
import http.client
import socket

from kexin.project.commands import CommandError

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  understood, not bound


def refuse_taken(host: str, port: int) -> None:
    """Raise a CommandError with one sentence unless ``host:port`` can be listened on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise CommandError(f"The host {host} is unknown: {error.strerror}.") from error
    with socket.socket(family, kind, protocol) as probe:
        # Without SO_REUSEPORT a listening socket of anybody is noticed; a closed connection does no harm.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            raise CommandError(_sentence(error, host, port)) from error


def next_free(host: str, port: int, among: int = 20) -> int:
    """The first port from ``port`` on that can be listened on. Raises the CommandError of the first if none can."""
    for each in range(port, min(port + among, 65_536)):
        try:
            refuse_taken(host, each)
        except CommandError:
            continue
        return each
    refuse_taken(host, port)
    return port


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken: stop the program that uses it, or choose another one by PORT."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for root: choose one above 1023 by PORT."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {host}: choose another one by HOST."
    return f"{host}:{port} cannot be listened on: {error.strerror}."


def answers(host: str, port: int) -> bool:
    """Whether a web server answers there by now (anything at all)."""
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=10)
    try:
        connection.request("GET", "/accounts/login/", headers={"Host": "localhost"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def shown_address(host: str, port: int) -> str:
    """What a person types into a browser on this machine."""
    name = EVERYWHERE.get(host, host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
