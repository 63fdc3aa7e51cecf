"""Backups: one sealed file that holds every table and every stored file as of one moment, and the way back."""
