"""The sender of the loads: it waits for nobody, counts from when a request was due, and believes no half answer."""

import asyncio
import gc

import pytest

from tests.bench import arrivals
from tests.bench.arrivals import Stream, run
from tests.bench.load_data import missing_in_log


@pytest.fixture(autouse=True)
def _no_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "collect", lambda: 0)  # it walks over all that the other tests have loaded
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(arrivals, "BREATH", 0)


def test_a_slow_answer_holds_up_nobody() -> None:
    heard = asyncio.Event()

    async def slow() -> str:
        await heard.wait()
        return ""

    async def quick() -> str:
        heard.set()
        return "refused"

    told = run([Stream("both", [slow, quick], 2)], 0.01)["both"]
    assert (len(told.times), told.wrong) == (2, ["refused"])


def test_what_does_not_answer_is_wrong() -> None:
    async def silent() -> str:
        raise ConnectionResetError

    told = run([Stream("silent", [silent], 3)], 0.01)["silent"]
    assert len(told.wrong) == 3
    assert told.mark(50) > 0


def test_an_answer_cut_short_is_none() -> None:
    assert arrivals.read_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").body == b"ok"
    with pytest.raises(ValueError, match="1 of 2"):
        arrivals.read_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")


@pytest.mark.parametrize(
    ("logged", "missing"),
    [(["1", "2", "3"], 0), (["1", "9", "2", "3"], 0), (["1", "3"], 2), (["2", "1", "3"], 2), ([], 3)],
)
def test_acknowledged_saves_are_looked_for_in_their_order(logged: list[str], missing: int) -> None:
    assert missing_in_log([1, 2, 3], logged) == missing
