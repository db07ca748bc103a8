"""The tree of a document for ``govseal inspect``: every file, and what protects it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from govseal.cli.facts import Facts
from govseal.cli.language import say
from govseal.formats.base import Evidence
from govseal.verification.render.printable import printable

if TYPE_CHECKING:
    from govseal.formats.ofd.tree import Node

_KINDS: dict[str, tuple[str, str]] = {
    "document": ("文档", "document"),
    "version": ("版本", "version"),
    "page": ("页", "page"),
    "template": ("模板页", "template"),
    "resources": ("资源", "resources"),
    "font": ("字体", "font"),
    "media": ("多媒体", "media"),
    "annotations": ("注释", "annotations"),
    "attachments": ("附件列表", "attachments"),
    "attachment": ("附件", "attachment"),
    "tags": ("自定义标引", "custom tags"),
    "extensions": ("扩展", "extensions"),
    "signatures": ("签名列表", "list of signatures"),
}


def protectors(evidence: Evidence) -> dict[str, list[str]]:
    """Every part by its full path, and the ids of the signatures that protect it."""
    found: dict[str, list[str]] = {part.name: [] for part in evidence.parts}
    for signature in evidence.signatures:
        for name in signature.coverage.protected:
            key = name if name.startswith("/") else f"/{name}"
            if key in found:
                found[key].append(signature.id)
    return found


def changed_parts(evidence: Evidence) -> frozenset[str]:
    """The parts whose digest is not what a signature states."""
    return frozenset(
        part.name
        for signature in evidence.signatures
        for part in signature.parts
        if part.actual not in (None, part.expected)
    )


def tree_facts(nodes: Sequence[Node], protected: Mapping[str, list[str]]) -> list[Facts]:
    """The tree as plain data; ``protected_by`` is left out of what is no file of the package."""
    return [_node(node, protected) for node in nodes]


def _node(node: Node, protected: Mapping[str, list[str]]) -> Facts:
    facts: Facts = {"kind": node.kind, "path": node.path, "id": node.id, "name": node.name}
    if node.is_missing:
        facts["is_missing"] = True
    if node.is_current is not None:
        facts["is_current"] = node.is_current
    if node.path in protected:
        facts["protected_by"] = protected[node.path]
    facts["children"] = tree_facts(node.children, protected)
    return facts


def tree_lines(
    nodes: Sequence[Node], evidence: Evidence, protected: Mapping[str, list[str]]
) -> Iterator[str]:
    """The tree for people: one line for each file, with the signatures that protect it."""
    changed = changed_parts(evidence) if evidence.signatures else None
    if nodes:
        yield say("结构", "structure")
    for node in nodes:
        yield from _lines(node, protected, changed, "  ")


def _lines(
    node: Node, protected: Mapping[str, list[str]], changed: frozenset[str] | None, indent: str
) -> Iterator[str]:
    """The lines of a node; ``changed`` is None where nobody signed anything."""
    words = [say(*_KINDS[node.kind]), node.name]
    if node.id:
        words.append(f"[{node.id}]")
    words.append(node.path)
    if node.is_current:
        words.append(say("（当前）", "(current)"))
    if node.is_missing:
        words.append(say("（缺失）", "(missing)"))
    elif changed is not None and node.path in protected:
        signers = ", ".join(f"#{item}" for item in protected[node.path])
        covered = say(f"受 {signers} 保护", f"protected by {signers}")
        if node.path in changed:
            covered += say("，签章后被修改", ", changed after signing")
        words.append("— " + (covered if signers else say("未受保护", "unprotected")))
    yield indent + printable(" ".join(word for word in words if word))
    for child in node.children:
        yield from _lines(child, protected, changed, indent + "  ")
