"""How files are stored: those of the site, and those that the work makes."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.functional import cached_property
from whitenoise.storage import CompressedManifestStaticFilesStorage

from trainingplan.backup.sealing import sync_folder


class WholeFileStorage(FileSystemStorage):
    """A file is on the disk, whole, before its row is written; of one that does not fit nothing stays behind."""

    def _save(self, name: str, content: Any) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:  # somebody was quicker
            return self._save(self.get_available_name(name), content)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(handle)
            if self.file_permissions_mode is not None:
                place.chmod(self.file_permissions_mode)
            sync_folder(str(place.parent))
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return name


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names also where one script imports another, so that no page mixes parts of two releases."""

    support_js_module_import_aggregation = True

    def url(self, name: str, force: bool = False) -> str:  # noqa: FBT001, FBT002 - Django's own signature
        """Looked up once by each process: a page names some thirty files, and a release does not change."""
        if settings.DEBUG or force:
            return str(super().url(name, force))
        if name not in self.addresses:
            self.addresses[name] = str(super().url(name))
        return self.addresses[name]

    @cached_property
    def addresses(self) -> dict[str, str]:
        """By the file's name."""
        return {}
