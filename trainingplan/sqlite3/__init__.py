"""Django's SQLite, whose writers queue better: the engine of the settings."""
