"""Long work of the reading side; see `JOB_KINDS` in the settings."""
