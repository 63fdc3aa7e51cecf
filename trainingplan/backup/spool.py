"""A place on the disk for the files of a backup between their reading and their being put back."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


class Spool:
    """Files by name, kept until the block is left."""

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="khoi-phuc-"))
        self._names: list[str] = []
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        with (self._folder / str(len(self._names))).open("wb") as file:
            for piece in pieces:
                file.write(piece)
        self._names.append(name)

    def files(self) -> Iterator[tuple[str, BinaryIO]]:
        for place, name in enumerate(self._names):
            with (self._folder / str(place)).open("rb") as file:
                yield name, file
