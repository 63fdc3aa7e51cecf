"""How static files are stored."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names also where one script imports another, so that no page mixes parts of two releases."""

    support_js_module_import_aggregation = True
