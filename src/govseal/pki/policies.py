"""Certificate policies along a path (RFC 5280, 6.1, as a graph: RFC 9618).

The tree of RFC 5280 can grow exponentially with the length of the path. A graph with one node for
each policy and depth says the same, and grows with the number of policies that are written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from govseal.pki.certificate import Certificate
from govseal.pki.effort import Effort
from govseal.pki.extensions import ANY_POLICY


@dataclass(frozen=True, slots=True)
class PolicyInputs:
    """What the caller asks of the policies of a path (RFC 5280, 6.1.1 (c) and (e) to (g))."""

    acceptable: frozenset[str] = frozenset({ANY_POLICY})
    """OIDs: the user-initial-policy-set."""
    is_required: bool = False
    """Whether the path must be valid for an acceptable policy (initial-explicit-policy)."""
    is_mapping_inhibited: bool = False
    is_any_policy_inhibited: bool = False


ANY_POLICIES: Final = PolicyInputs()


@dataclass(frozen=True, slots=True)
class PolicyOutcome:
    """The end of policy processing (RFC 5280, 6.1.6)."""

    policies: frozenset[str] = frozenset()
    """The acceptable policies for which the path is valid; anyPolicy stands for all."""
    problem: str = ""
    """The rule that is not met; empty where all are."""
    certificate: Certificate | None = None
    """The certificate that does not meet it."""
    is_asked: bool = False
    """Whether it is the caller who asks for a policy; else a certificate of the path does."""


_NOTHING: Final = PolicyOutcome()


@dataclass(slots=True, eq=False)
class _Node:
    """A policy that is valid at one depth."""

    policy: str
    parents: list[_Node]
    expected: tuple[str, ...]
    """Which policies of the next certificate continue this one."""


@dataclass(slots=True)
class _State:
    """The state variables of 6.1.2 that concern policies."""

    explicit_policy: int
    policy_mapping: int
    inhibit_any_policy: int
    effort: Effort
    levels: list[dict[str, _Node]] = field(
        default_factory=lambda: [{ANY_POLICY: _Node(ANY_POLICY, [], (ANY_POLICY,))}]
    )
    """The nodes of each depth by policy. The graph is NULL where the last level is empty."""

    def narrow(self, certificate: Certificate) -> None:
        """6.1.4 (i) and (j): what a CA asks of the certificates below it."""
        rules = certificate.policy_constraints
        if rules is not None and rules.require_explicit_policy is not None:
            self.explicit_policy = min(self.explicit_policy, rules.require_explicit_policy)
        if rules is not None and rules.inhibit_policy_mapping is not None:
            self.policy_mapping = min(self.policy_mapping, rules.inhibit_policy_mapping)
        if certificate.inhibit_any_policy is not None:
            self.inhibit_any_policy = min(self.inhibit_any_policy, certificate.inhibit_any_policy)

    def count(self) -> None:
        """6.1.4 (h): one more certificate that is not self-issued."""
        self.explicit_policy = max(self.explicit_policy - 1, 0)
        self.policy_mapping = max(self.policy_mapping - 1, 0)
        self.inhibit_any_policy = max(self.inhibit_any_policy - 1, 0)

    def descend(self, certificate: Certificate, *, is_last: bool) -> None:
        """6.1.3 (d) and (e): the level of this certificate."""
        above = self.levels[-1]
        level: dict[str, _Node] = {}
        self.levels.append(level)
        policies = certificate.policies
        if policies is None or not above:
            return
        followers: dict[str, list[_Node]] = {}
        for node in above.values():
            for policy in node.expected:
                followers.setdefault(policy, []).append(node)
        self.effort.spend(len(policies) + sum(map(len, followers.values())))
        from_any = [above[ANY_POLICY]] if ANY_POLICY in above else []
        for policy in policies:
            parents = followers.get(policy, from_any)
            if parents and policy != ANY_POLICY:
                level[policy] = _Node(policy, parents, (policy,))
        is_rollover = certificate.is_self_issued and not is_last
        if ANY_POLICY in policies and (self.inhibit_any_policy > 0 or is_rollover):
            for policy, parents in followers.items():
                if policy not in level:
                    level[policy] = _Node(policy, parents, (policy,))

    def map(self, certificate: Certificate) -> None:
        """6.1.4 (b): the policies of the issuer go on under the subject's names for them."""
        level, above = self.levels[-1], self.levels[-2]
        self.effort.spend(len(certificate.policy_mappings))
        targets: dict[str, list[str]] = {}
        for issuer_policy, subject_policy in certificate.policy_mappings:
            targets.setdefault(issuer_policy, []).append(subject_policy)
        for policy, expected in targets.items():
            if self.policy_mapping == 0:
                level.pop(policy, None)
            elif policy in level:
                level[policy].expected = tuple(expected)
            elif ANY_POLICY in level:
                level[policy] = _Node(policy, [above[ANY_POLICY]], tuple(expected))

    def authorities(self) -> frozenset[str]:
        """The policies, in the words of the first CA, for which the whole path is valid."""
        alive = self.levels[-1]
        found = {ANY_POLICY} if ANY_POLICY in alive else set()
        for _ in self.levels[1:]:
            self.effort.spend(sum(len(node.parents) for node in alive.values()))
            upper: dict[str, _Node] = {}
            for node in alive.values():
                for parent in node.parents:
                    upper[parent.policy] = parent
                    if parent.policy == ANY_POLICY and node.policy != ANY_POLICY:
                        found.add(node.policy)
            alive = upper
        return frozenset(found)


def process_policies(
    chain: Sequence[Certificate], inputs: PolicyInputs, effort: Effort
) -> PolicyOutcome:
    """The policies for which a path (leaf first, anchor last) is valid.

    Of the anchor count policyConstraints and inhibitAnyPolicy (RFC 5937, 3); its policies and
    mappings do not.

    Raises:
        LimitExceeded: more policies than are followed.
    """
    if not inputs.is_required and not [item for item in chain if _has_policies(item)]:
        return _NOTHING
    size = len(chain)
    state = _State(
        0 if inputs.is_required else size,
        0 if inputs.is_mapping_inhibited else size,
        0 if inputs.is_any_policy_inhibited else size,
        effort,
    )
    if size > 1:
        state.narrow(chain[-1])
    for place in reversed(range(size - 1)):
        certificate = chain[place]
        state.descend(certificate, is_last=place == 0)
        if state.explicit_policy == 0 and not state.levels[-1]:
            problem = "no policy is valid for the path as far as here"
            return PolicyOutcome(frozenset(), problem, certificate, inputs.is_required)
        if place:
            if any(ANY_POLICY in pair for pair in certificate.policy_mappings):
                problem = "anyPolicy is mapped (policyMappings)"
                return PolicyOutcome(problem=problem, certificate=certificate)
            state.map(certificate)
            if not certificate.is_self_issued:
                state.count()
            state.narrow(certificate)
    return _conclude(chain[0], state, inputs)


def _conclude(leaf: Certificate, state: _State, inputs: PolicyInputs) -> PolicyOutcome:
    """6.1.5: the wrap-up."""
    rules = leaf.policy_constraints
    is_required = state.explicit_policy <= 1
    if rules is not None and rules.require_explicit_policy == 0:
        is_required = True
    policies = state.authorities()
    if ANY_POLICY not in inputs.acceptable:
        is_any = ANY_POLICY in policies
        policies = inputs.acceptable if is_any else policies & inputs.acceptable
    if is_required and not policies:
        problem = "no acceptable policy is valid for the path"
        return PolicyOutcome(frozenset(), problem, leaf, inputs.is_required)
    return PolicyOutcome(policies)


def _has_policies(certificate: Certificate) -> bool:
    return (
        certificate.policies is not None
        or certificate.policy_constraints is not None
        or bool(certificate.policy_mappings)
    )
