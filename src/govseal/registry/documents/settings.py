"""Switches of a profile that documents hang on, and what holds where a profile is silent."""

from __future__ import annotations

from govseal.registry.policy import PolicyProfile


def switch_value(profile: PolicyProfile, name: str, default: bool | int | str) -> bool | int | str:
    """The value of a switch; ``default`` for a profile that does not speak of it."""
    switch = profile.switches.get(name)
    return default if switch is None else switch.value
