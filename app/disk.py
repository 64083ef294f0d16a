"""What must have reached the disk before somebody relies on it."""

import os
from pathlib import Path


def settle(folder: Path) -> None:
    """See a new name in this folder on the disk; of the file itself its writer does."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
