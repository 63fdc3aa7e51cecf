"""A place on the disk for the files of a backup between their reading and their being put back."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from io import BufferedReader, RawIOBase
from types import TracebackType
from typing import BinaryIO, Self, cast


class Spool:
    """Files by name, kept until the block is left, one behind the other in a file without a name.

    What is in a backup is read here without its encryption: a process that is killed must leave none of it behind.
    """

    def __enter__(self) -> Self:
        self._file = tempfile.TemporaryFile()
        self._parts: list[tuple[str, int, int]] = []
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        began = self._file.tell()
        self._file.writelines(pieces)
        self._parts.append((name, began, self._file.tell()))

    def files(self) -> Iterator[tuple[str, BinaryIO]]:
        self._file.flush()
        for name, began, end in self._parts:
            with BufferedReader(_Part(self._file.fileno(), began, end)) as file:
                yield name, cast("BinaryIO", file)


class _Part(RawIOBase):
    """The bytes of an open file between two places."""

    def __init__(self, descriptor: int, began: int, end: int) -> None:
        self._descriptor, self._place, self._began, self._end = descriptor, began, began, end

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: self._began, os.SEEK_CUR: self._place, os.SEEK_END: self._end}[whence]
        self._place = min(max(start + offset, self._began), self._end)
        return self._place - self._began

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        piece = os.pread(self._descriptor, min(len(buffer), self._end - self._place), self._place)
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)
