"""Chinese or English: chosen once for each run, by ``--lang`` or the locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar

LANGUAGES = ("zh", "en")
_OPTION = "--lang"
_language = ContextVar("language", default="zh")


def say(zh: str, en: str) -> str:
    """The text in the language of this run."""
    return en if _language.get() == "en" else zh


def current() -> str:
    """``zh`` or ``en``."""
    return _language.get()


def use(language: str) -> None:
    """Speak this language from now on."""
    _language.set(language)


def from_environment(environ: Mapping[str, str]) -> str:
    """The language of the locale (POSIX: LC_ALL, LC_MESSAGES, LANG); Chinese unless English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name)
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


def take_option(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """The value of ``--lang``, wherever it stands, and the other arguments.

    The last one counts; an option without its value comes back as an empty value.
    """
    found: str | None = None
    rest: list[str] = []
    items = iter(arguments)
    for item in items:
        if item == "--":
            rest.extend((item, *items))
        elif item == _OPTION:
            found = next(items, "")
        elif item.startswith(_OPTION + "="):
            found = item.removeprefix(_OPTION + "=")
        else:
            rest.append(item)
    return found, rest
