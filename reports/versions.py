"""Reading what was published: never without comparing the bytes with their SHA-256."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from django.db.models import Prefetch, QuerySet

from reports.exports import Format
from reports.models import Version, VersionFile
from reports.rules.compare import Data, read_data
from trainingplan.models import Change, Plan
from trainingplan.rules.dates import format_date
from trainingplan.sealed_log import Anchor

HEAVY = ("data", "manifest")
"""What a list of versions does without."""
SUMS = "sha256sums.txt"
"""The name under which the manifest is served."""


@dataclass(frozen=True)
class File:
    """A file of a version, before it is stored or after its bytes were verified."""

    name: str
    content_type: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


class Damaged(Exception):  # noqa: N818 - says what the stored bytes are
    """Stored bytes are not those that were published; the message names them, in Vietnamese."""


def log_anchors() -> list[Anchor]:
    """The heads of the change log that versions and their papers hold: the chain must still lead to them."""
    versions = Version.objects.filter(log_position__isnull=False).defer(*HEAVY).select_related("plan")
    return [
        Anchor(f"Bản {version.number} của {version.plan}", version.log_position or 0, version.log_digest or "")
        for version in versions.order_by("pk")
    ]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One version with all that is wrong with it, in words; nothing when it is as it was published."""

    version: Version
    files: int
    faults: tuple[str, ...]


def log_words(version: Version) -> str:
    """What the change log says of a version: with it, somebody who rewrites a version has a second table to rewrite."""
    sums = sha256(version.manifest.encode()).hexdigest()
    signed = " ".join(filter(None, (version.signing_authority, version.signer_title, version.signer_name)))
    paper = f"số {version.document} ngày {format_date(version.issued_on)}, {signed} ký"
    files = version.manifest.count("\n")
    return f"{paper}, {files} tệp, SHA-256 của dữ liệu {version.data_sha256}, của danh sách tệp {sums}"


def versions_of(plan: Plan) -> QuerySet[Version]:
    """The versions with their files, the newest first, without the bytes. Two queries."""
    files = VersionFile.objects.defer("content").order_by("pk")
    return Version.objects.filter(plan=plan).defer(*HEAVY).prefetch_related(Prefetch("files", files))


def find_version(plan: Plan, number: int) -> Version | None:
    return versions_of(plan).filter(number=number).first()


def find_file(version: Version, name: str) -> File | None:
    """A file of the version, its bytes verified; None where it has no such file. Raises Damaged."""
    if name == SUMS:
        return File(SUMS, Format.TXT.content_type, version.manifest.encode())
    stored = VersionFile.objects.filter(version=version, name=name).first()
    named = _manifest(version).get(name)
    if stored is None:
        if named:
            raise Damaged(f"Tệp «{name}» của bản {version.number} không còn trong cơ sở dữ liệu.")
        return None
    file = File(stored.name, stored.content_type, bytes(stored.content))
    if not file.sha256 == stored.sha256 == named:
        raise Damaged(f"Tệp «{name}» của bản {version.number} không còn là tệp đã ban hành: SHA-256 không khớp.")
    return file


def data_of(version: Version) -> Data:
    """The plan's data as it was published. Raises Damaged."""
    if sha256(version.data.encode()).hexdigest() != version.data_sha256:
        raise Damaged(f"Dữ liệu của bản {version.number} không còn là dữ liệu đã ban hành: SHA-256 không khớp.")
    return read_data(version.data)


def verify(versions: QuerySet[Version]) -> Iterator[Verdict]:
    """Compare everything that is stored with what was published, one version at a time."""
    for version in versions.select_related("plan"):
        names = dict.fromkeys([*_manifest(version), *version.files.order_by("pk").values_list("name", flat=True)])
        yield Verdict(version, len(names), tuple(_faults(version, names)))


def _faults(version: Version, names: dict[str, None]) -> Iterator[str]:
    logged = Change.objects.filter(table="version", row=str(version.pk)).values_list("new", flat=True)
    if log_words(version) not in logged:
        yield f"Số, ngày, người ký hoặc mã SHA-256 của bản {version.number} không còn như nhật ký đã ghi lúc ban hành."
    try:
        data_of(version)
    except (Damaged, ValueError, TypeError) as fault:
        yield str(fault)
    for name in names:
        try:
            find_file(version, name)
        except Damaged as damaged:
            yield str(damaged)


def _manifest(version: Version) -> dict[str, str]:
    """SHA-256 by name."""
    lines = (line.partition("  ") for line in version.manifest.splitlines())
    return {name: digest for digest, _, name in lines}
