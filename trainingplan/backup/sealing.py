"""The container of a backup, whatever it holds: a stream cut into chunks, each sealed with its place.

So none can be altered, moved, left out or added unnoticed.
"""

import base64
import binascii
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"KHDT-SAO-LUU 1\n"
CHUNK = 1 << 20
KEY_BYTES = 32
_LONGEST_HEADER = 1000
_LENGTH_BYTES, _COUNTER_BYTES = 4, 11
DAMAGED = "Bản sao lưu bị hỏng hoặc bị sửa: {what}. Chưa có gì bị ghi đè. Hãy dùng một bản sao lưu khác."


class BackupRefused(Exception):  # noqa: N818 - the domain's word: a refusal, not a fault
    """A backup cannot be made, read or restored; the message says why and what to do, in Vietnamese."""


def damaged(what: str) -> BackupRefused:
    return BackupRefused(DAMAGED.format(what=what))


@dataclass(frozen=True, slots=True)
class Key:
    """The secret of BACKUP_KEY. `mark` tells keys apart and tells nothing of them."""

    secret: bytes

    @classmethod
    def from_text(cls, text: str) -> "Key":
        try:
            secret = base64.urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
        except (binascii.Error, ValueError) as error:
            raise BackupRefused(WRONG_KEY_TEXT) from error
        if len(secret) < KEY_BYTES:
            raise BackupRefused(WRONG_KEY_TEXT)
        return cls(secret)

    @property
    def mark(self) -> str:
        return hashlib.sha256(b"mark" + self.secret).hexdigest()[:8]


NEW_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
WRONG_KEY_TEXT = f"BACKUP_KEY không phải là khóa 32 byte. Hãy tạo khóa bằng: {NEW_KEY}"


UNSEALED = (
    "Bản sao lưu này không mã hóa, nên ai có tệp cũng sửa được mà không để lại dấu. "
    "Nếu biết chắc tệp từ đâu đến, thêm --plain."
)
"""Who could put such a file among the sealed ones would otherwise bring in accounts of his own."""


class Seal(Protocol):
    """What closes and opens the chunk of a place; `opened` gives None for what was not closed at this place."""

    def closed(self, nonce: bytes, data: bytes) -> bytes: ...

    def opened(self, nonce: bytes, data: bytes) -> bytes | None: ...


class Encrypted:
    """AES-256-GCM under a key of this file alone, so that a counter is nonce enough."""

    def __init__(self, key: Key, header: bytes, salt: bytes) -> None:
        derived = HKDF(SHA256(), KEY_BYTES, salt, b"chunks").derive(key.secret)
        self._cipher, self._header = AESGCM(derived), header

    def closed(self, nonce: bytes, data: bytes) -> bytes:
        return self._cipher.encrypt(nonce, data, self._header)

    def opened(self, nonce: bytes, data: bytes) -> bytes | None:
        try:
            return self._cipher.decrypt(nonce, data, self._header)
        except InvalidTag:
            return None


class Plain:
    """No secret, only a digest: damage is noticed, intent is not."""

    def __init__(self, header: bytes) -> None:
        self._header = header

    def closed(self, nonce: bytes, data: bytes) -> bytes:
        return self._digest(nonce, data) + data

    def opened(self, nonce: bytes, data: bytes) -> bytes | None:
        digest, content = data[:KEY_BYTES], data[KEY_BYTES:]
        return content if self._digest(nonce, content) == digest else None

    def _digest(self, nonce: bytes, data: bytes) -> bytes:
        return hashlib.sha256(self._header + nonce + data).digest()


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(_COUNTER_BYTES, "big") + bytes([last])


class SealedWriter:
    """Takes bytes and writes them sealed; `close` writes the last chunk, without which the file is no backup."""

    def __init__(self, file: BinaryIO, key: Key | None) -> None:
        salt = secrets.token_bytes(KEY_BYTES)
        told = {"cipher": "AES-256-GCM", "key": key.mark, "salt": salt.hex()} if key else {"cipher": "none"}
        header = MAGIC + json.dumps(told).encode() + b"\n"
        self._file, self._buffer, self._count = file, bytearray(), 0
        self._seal: Seal = Encrypted(key, header, salt) if key else Plain(header)
        file.write(header)

    def write(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) > CHUNK:
            self._put(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]

    def close(self) -> None:
        self._put(bytes(self._buffer), last=True)

    def _put(self, data: bytes, *, last: bool) -> None:
        chunk = self._seal.closed(_nonce(self._count, last=last), data)
        self._file.write(len(chunk).to_bytes(_LENGTH_BYTES, "big") + chunk)
        self._count += 1


def sealed_chunks(file: BinaryIO, key: Key | None) -> Iterator[bytes]:
    """The content, chunk by chunk, each checked before it is given. Raises BackupRefused at the first wrong one."""
    seal = _opened_header(file, key)
    count, chunk = 0, _chunk(file)
    if chunk is None:
        raise damaged("tệp không có nội dung")
    while chunk is not None:
        following = _chunk(file)
        data = seal.opened(_nonce(count, last=following is None), chunk)
        if data is None:
            raise damaged("tệp bị cắt cụt" if following is None else f"phần thứ {count + 1} không còn như lúc ghi")
        yield data
        count, chunk = count + 1, following


def _chunk(file: BinaryIO) -> bytes | None:
    """The next chunk; None at the end of the file, and what is left of it where it was cut."""
    length = file.read(_LENGTH_BYTES)
    if not length:
        return None
    return file.read(min(int.from_bytes(length, "big"), 2 * CHUNK))


def _opened_header(file: BinaryIO, key: Key | None) -> Seal:
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupRefused("Tệp này không phải là bản sao lưu của chương trình, hoặc do một phiên bản khác ghi.")
    line = file.readline(_LONGEST_HEADER)
    try:
        told = json.loads(line)
        cipher, salt = told["cipher"], bytes.fromhex(told.get("salt", ""))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise damaged("không đọc được phần đầu") from error
    if cipher == "none":
        if key is not None:
            raise BackupRefused(UNSEALED)
        return Plain(MAGIC + line)
    if cipher != "AES-256-GCM" or not isinstance(told.get("key"), str):
        raise damaged("không đọc được phần đầu")
    if key is None:
        raise BackupRefused(
            f"Bản sao lưu đã mã hóa bằng khóa có dấu {told.get('key')}. Hãy đặt khóa đó vào biến môi trường BACKUP_KEY."
        )
    if told.get("key") != key.mark:
        raise BackupRefused(
            f"Sai khóa: bản sao lưu mã hóa bằng khóa có dấu {told.get('key')}, BACKUP_KEY đang đặt có dấu {key.mark}."
        )
    return Encrypted(key, MAGIC + line, salt)


def sync_folder(folder: str) -> None:
    """Make a rename in the folder outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
