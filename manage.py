#!/usr/bin/env python
"""Command-line entry of the project."""

import os
import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until `told` listens: no traceback of what was being imported

from django.core.management import execute_from_command_line

from trainingplan.console import told


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    told(main)
