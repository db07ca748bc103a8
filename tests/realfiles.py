"""Where the real documents lie: GOVSEAL_SAMPLES, else ``shared/samples`` beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "GOVSEAL_SAMPLES"
ABSENT = f"real samples are absent ({VARIABLE})"


def folder() -> Path | None:
    """The folder of real documents, or None where there is none.

    Raises:
        FileNotFoundError: the variable names a folder that is not there.
    """
    named = os.environ.get(VARIABLE)
    if named:
        path = Path(named).resolve()
        if not (path / "index.json").is_file():
            raise FileNotFoundError(f"{VARIABLE}={named} holds no index.json")
        return path
    beside = Path(__file__).resolve().parents[2] / "shared" / "samples"
    return beside if (beside / "index.json").is_file() else None


def packages() -> list[Path]:
    """The OFD documents among them; none where there is no folder."""
    found = folder()
    return sorted(found.glob("ofd/*/*.ofd")) if found else []
