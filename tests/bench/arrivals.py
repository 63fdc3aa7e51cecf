"""Requests that come when they are due, whether or not those before have been answered; one event loop sends them all.

A latency is counted from the due time, so a server that falls behind is not excused by clients that wait for it.
"""

import asyncio
import gc
import http.client
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PATIENCE = 30
"""Seconds after which a browser's user has given up: an error."""
BREATH = 0.5

Act = Callable[[], Awaitable[str]]
"""One visit; what was wrong with it, or nothing."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Acts taken in turn, so many in all, at times that chance spreads over the load."""

    name: str
    acts: Sequence[Act]
    count: int


@dataclass(slots=True)
class Heard:
    """What became of one stream: the milliseconds of each act, and what was wrong."""

    times: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    late: float = 0.0
    """Seconds by which the sender itself was late at most: not the server's, though counted as if it were."""

    def mark(self, percent: int) -> float:
        """The latency that so many of a hundred acts did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def run(streams: Sequence[Stream], seconds: float, seed: int = 0) -> dict[str, Heard]:
    """Send all, and wait for the last answer; the same seed gives the same times."""
    gc.collect()
    gc.freeze()
    return asyncio.run(_run(streams, seconds, random.Random(seed)))  # noqa: S311 - the times of a bench


async def _run(streams: Sequence[Stream], seconds: float, rng: random.Random) -> dict[str, Heard]:
    heard = {stream.name: Heard() for stream in streams}
    begin = time.monotonic() + BREATH
    await asyncio.gather(*(
        _send(stream, sorted(begin + rng.uniform(0, seconds) for _ in range(stream.count)), heard[stream.name])
        for stream in streams
    ))  # fmt: skip
    return heard


async def _send(stream: Stream, times: Sequence[float], heard: Heard) -> None:
    under_way = []
    for number, due in enumerate(times):
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        under_way.append(asyncio.create_task(_visit(stream.acts[number % len(stream.acts)], due, heard)))
    await asyncio.gather(*under_way)


async def _visit(act: Act, due: float, heard: Heard) -> None:
    heard.late = max(heard.late, time.monotonic() - due)
    try:
        wrong = await act()
    except (TimeoutError, OSError, ValueError, IndexError) as error:
        wrong = f"no answer: {error!r}"
    heard.times.append((time.monotonic() - due) * 1000)
    if wrong:
        heard.wrong.append(wrong)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __str__(self) -> str:
        return f"{self.status} {self.body[:200]!r}"


class Visitor:
    """One browser: its cookies, and its requests as a proxy hands them on, each on a connection of its own."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.port, self.cookies = port, {"csrftoken": "a" * 32} | cookies

    async def ask(self, method: str, address: str, body: str = "", kind: str = "application/json") -> Answer:
        """The answer, or TimeoutError, OSError, ValueError where none comes whole."""
        sent = self._request(method, address, body.encode(), kind)
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(HOST, self.port, limit=1 << 20)
            try:
                writer.write(sent)
                heard = await reader.read(-1)
            finally:
                writer.close()
        answer = read_answer(heard)
        for name, value in answer.headers:
            if name == "set-cookie":
                self._keep(value.partition(";")[0])
        return answer

    def _request(self, method: str, address: str, body: bytes, kind: str) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{method} {address} HTTP/1.0\r\nHost: {HOST}:{self.port}\r\nCookie: {cookies}\r\n"
        if method == "POST":
            token = self.cookies["csrftoken"]
            head += f"X-CSRFToken: {token}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode() + body

    def _keep(self, pair: str) -> None:
        name, _, value = pair.partition("=")
        if value.strip('"'):
            self.cookies[name] = value
        else:
            self.cookies.pop(name, None)


def read_answer(heard: bytes) -> Answer:
    """Raises ValueError where the answer is cut short."""
    head, _, body = heard.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    length = dict(headers).get("content-length")
    if length is not None and int(length) != len(body):
        raise ValueError(f"{len(body)} of {length} bytes")
    return Answer(int(first.split(" ", 2)[1]), headers, body)


def redirected(answer: Answer) -> str:
    """Where a form that was taken leads; nothing where it was not."""
    return dict(answer.headers).get("location", "") if answer.status == http.client.FOUND else ""
