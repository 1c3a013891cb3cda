"""A stand-in for a telephone system: it tells its facts by the interface, as often and in whatever order one likes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

Send = Callable[..., Any]


class Exchange:
    """Calls of one day; ``send`` is a service account's caller of the interface."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.queue: list[dict[str, Any]] = []
        self.cut = False  # the line to the bank is down: facts wait

    def tell(self, reference: str, fact: str, at: dt.datetime, **more: Any) -> Any:
        """One fact, at once or when the line is up again."""
        said = {"reference": reference, "fact": fact, "at": at.isoformat(), **more}
        if self.cut:
            self.queue.append(said)
            return None
        return self._post(said)

    def _post(self, said: dict[str, Any]) -> Any:
        answer = self.send("POST", "/phone-calls/facts", said)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def restore(self, *, backwards: bool = False, times: int = 1) -> None:
        """The line is up: what waits is told, ``times`` over, the last first where wanted."""
        self.cut = False
        waiting, self.queue = self.queue, []
        for said in list(reversed(waiting)) if backwards else waiting:
            for _again in range(times):
                self._post(said)

    def call(self, reference: str, began: dt.datetime, *, rings: int = 10, talks: int = 0, **more: Any) -> None:
        """A whole call: it rings for seconds, somebody talks for seconds (none: nobody takes it)."""
        taken = began + dt.timedelta(seconds=rings)
        self.tell(reference, "ringing", began, **more)
        if talks:
            self.tell(reference, "answered", taken, **more)
        self.tell(reference, "ended", taken + dt.timedelta(seconds=talks), **more)
