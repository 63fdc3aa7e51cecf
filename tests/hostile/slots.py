"""The places of those who read files, for one test alone."""

from pathlib import Path

import pytest

from trainingplan.reading import limits, process


def own_slots(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Count only the files of this test, whatever other tests read at the same time."""
    slots = tuple(folder / f"slot{n}" for n in range(limits.AT_ONCE))
    for slot in slots:
        slot.touch()
    monkeypatch.setattr(process, "SLOTS", slots)
