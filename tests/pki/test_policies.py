"""Certificate policies: what PKITS leaves open, the anchor's rules, and a bounded graph."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.asn1 import write
from govseal.errors import EncodingError, LimitExceeded
from govseal.pki import extensions as ext
from govseal.pki.effort import Effort
from govseal.pki.extensions import ANY_POLICY
from govseal.pki.policies import PolicyInputs, process_policies
from path_builder import chain, inhibit_any_policy, mappings, policies, policy_constraints

P1, P2, P3 = (f"1.2.156.10197.99.{n}" for n in (1, 2, 3))
REQUIRED = PolicyInputs(is_required=True)


def found(*levels, inputs=REQUIRED):
    """The policies of a path that passed, or the rule that it breaks."""
    result = chain(*levels).judge(policies=inputs)
    if result.outcome == "passed":
        return set(result.policies)
    # Who asks for a policy refuses: the caller, else a CA of the path.
    is_callers = inputs.is_required and "is mapped" not in result.detail
    assert result.reason == ("certificate_policy_refused" if is_callers else "chain_broken")
    return result.detail


NOT_SO_FAR = "no policy is valid for the path as far as here"
NOT_AT_ALL = "no acceptable policy is valid for the path"


def test_the_policies_of_a_path_are_told():
    assert found((), (policies(P1, P2),), (policies(P2, P3),)) == {P2}
    assert found((), (policies(ANY_POLICY),), (policies(P1),)) == {P1}
    assert found((), (policies(P1),), (policies(ANY_POLICY),)) == {P1}
    assert found((), (policies(ANY_POLICY),), (policies(ANY_POLICY),)) == {ANY_POLICY}


def test_without_a_demand_policies_need_not_agree():
    inputs = PolicyInputs()
    assert found((), (policies(P1),), (policies(P2),), inputs=inputs) == set()
    assert found((), (), (), inputs=inputs) == set()


def test_only_acceptable_policies_are_told():
    inputs = PolicyInputs(frozenset({P1, P3}))
    assert found((), (policies(P1, P2),), (policies(P1, P2),), inputs=inputs) == {P1}
    assert found((), (policies(ANY_POLICY),), (policies(ANY_POLICY),), inputs=inputs) == {P1, P3}
    assert found((), (policies(P2),), (policies(P2),), inputs=inputs) == set()


def test_a_required_policy_must_be_there():
    assert found((), (), ()) == NOT_SO_FAR
    assert found((), (policies(P1),), ()) == NOT_SO_FAR
    assert found((), (policies(P1),), (policies(P2),)) == NOT_SO_FAR
    inputs = PolicyInputs(frozenset({P2}), is_required=True)
    assert found((), (policies(P1),), (policies(P1),), inputs=inputs) == NOT_AT_ALL


def test_policies_are_told_in_the_words_of_the_first_ca():
    assert found((), (policies(P1), mappings((P1, P2))), (policies(P2),)) == {P1}
    assert found((), (policies(P1), mappings((P1, P2))), (policies(P1),)) == NOT_SO_FAR


def test_a_policy_under_any_policy_may_be_mapped():
    assert found((), (policies(ANY_POLICY), mappings((P1, P2))), (policies(P2),)) == {P1}


@pytest.mark.parametrize("pair", [(P1, ANY_POLICY), (ANY_POLICY, P1)])
def test_any_policy_is_never_mapped(pair):
    result = chain((), (policies(P1), mappings(pair)), (policies(P1),)).judge()
    assert result.detail == "anyPolicy is mapped (policyMappings)"
    assert result.problem_certificate == result.chain[1]


def test_mappings_of_the_leaf_mean_nothing():
    assert found((), (policies(P1),), (policies(P1), mappings((ANY_POLICY, P1)))) == {P1}


def test_an_inhibited_mapping_drops_the_policy():
    inputs = PolicyInputs(is_required=True, is_mapping_inhibited=True)
    levels = ((), (policies(P1, P3), mappings((P1, P2))), (policies(P1, P2, P3),))
    assert found(*levels, inputs=inputs) == {P3}
    assert found(*levels) == {P1, P3}


def test_inhibited_any_policy_is_no_policy():
    inputs = PolicyInputs(is_required=True, is_any_policy_inhibited=True)
    assert found((), (policies(ANY_POLICY),), (policies(P1),), inputs=inputs) == NOT_SO_FAR
    levels = ((), (policies(P1), inhibit_any_policy(0)), (policies(ANY_POLICY),))
    assert found(*levels) == NOT_SO_FAR


def test_a_leaf_may_demand_a_policy_of_its_own_path():
    inputs = PolicyInputs()
    rule = policy_constraints(0)
    assert found((), (policies(P1),), (policies(P2), rule), inputs=inputs) == NOT_AT_ALL
    assert found((), (policies(P1),), (policies(P1), rule), inputs=inputs) == {P1}
    rule = policy_constraints(1)
    assert found((), (policies(P1),), (policies(P2), rule), inputs=inputs) == set()


def test_the_rules_of_the_anchor_count_and_its_policies_do_not():
    inputs = PolicyInputs()
    demand = policy_constraints(0)
    assert found((demand,), (), (), inputs=inputs) == NOT_SO_FAR
    assert found((demand, policies(P3)), (policies(P1),), (policies(P1),), inputs=inputs) == {P1}
    levels = ((inhibit_any_policy(0), demand), (policies(ANY_POLICY),), (policies(P1),))
    assert found(*levels, inputs=inputs) == NOT_SO_FAR
    no_mapping = (policy_constraints(0, 0),)
    levels = (no_mapping, (policies(P1), mappings((P1, P2))), (policies(P2),))
    assert found(*levels, inputs=inputs) == NOT_SO_FAR


def test_a_trusted_leaf_needs_no_policy():
    made = chain((), ())
    anchor = type(made)(made.certificates[1:])
    assert anchor.judge(policies=REQUIRED).outcome == "passed"


def test_another_path_with_the_policy_is_found(at):
    """Of two certificates of one CA only the second carries the policy that is asked for."""
    made = chain((), (policies(P1),), (policies(P1),))
    without = chain((), (), ()).certificates[1]
    leaf, middle, root = made.certificates
    for pool in itertools.permutations((middle, without)):
        again = type(made)((leaf, *pool, root))
        assert again.judge(policies=REQUIRED).policies == {P1}
    assert at


# --- bounds -----------------------------------------------------------------------------------


def test_the_graph_does_not_explode():
    """CVE-2023-0464: a tree of these mappings doubles with every CA."""
    level = (policies(P1, P2), mappings((P1, P1), (P1, P2), (P2, P1), (P2, P2)))
    made = chain((), *([level] * 8), (policies(P1, P2),))
    effort = Effort()
    outcome = process_policies(made.certificates, REQUIRED, effort)
    assert outcome.policies == {P1, P2}
    assert Effort().left - effort.left < 200


def test_too_many_policies_are_given_up():
    oids = [f"{P1}.{number}" for number in range(75)]
    pairs = list(itertools.product(oids, oids))
    level = (policies(*oids), mappings(*pairs))
    made = chain((), *([level] * 8), (policies(*oids),))
    result = made.judge()
    assert (result.outcome, result.reason) == ("indeterminate", "unsupported")
    assert "too many names or policies" in result.detail


def test_the_effort_is_shared_by_all_paths():
    made = chain((), (policies(P1),), (policies(P1),))
    with pytest.raises(LimitExceeded):
        process_policies(made.certificates, REQUIRED, Effort(1))


# --- a second opinion -------------------------------------------------------------------------


def tree_policies(levels, acceptable):
    """RFC 5280, 6.1.3 and 6.1.4 to the letter, as a tree, for short paths without counters.

    ``levels`` are pairs of policies and mappings. The policies are those of the first CA's words.
    """
    leaves = [(ANY_POLICY, (ANY_POLICY,), None)]  # policy, expected, root's policy
    for number, (own, pairs) in enumerate(levels):
        grown = []
        for policy in [p for p in own if p != ANY_POLICY]:
            matching = [leaf for leaf in leaves if policy in leaf[1]]
            matching = matching or [leaf for leaf in leaves if leaf[0] == ANY_POLICY]
            grown += [(policy, (policy,), _first(leaf, policy)) for leaf in matching]
        if ANY_POLICY in own:
            done = {leaf[0] for leaf in grown}
            for leaf in leaves:
                rest = [policy for policy in leaf[1] if policy not in done]
                grown += [(policy, (policy,), _first(leaf, policy)) for policy in rest]
        if number < len(levels) - 1:
            for one in dict.fromkeys(pair[0] for pair in pairs):
                to = tuple(other for pair, other in pairs if pair == one)
                if any(leaf[0] == one for leaf in grown):
                    grown = [(p, to if p == one else e, r) for p, e, r in grown]
                elif any(leaf[0] == ANY_POLICY for leaf in grown):
                    grown.append((one, to, one))
        leaves = grown
    roots = {root or ANY_POLICY for _, _, root in leaves}
    if ANY_POLICY in acceptable:
        return roots
    return set(acceptable) if ANY_POLICY in roots else roots & set(acceptable)


def _first(leaf, policy):
    """The policy that stands right below anyPolicy on the way to a node."""
    return leaf[2] or (policy if policy != ANY_POLICY else None)


POOL = (P1, P2, P3, ANY_POLICY)


@given(st.integers(0, 1 << 32))
def test_the_graph_says_what_the_tree_says(seed):
    draw = random.Random(seed)  # noqa: S311 - a test's own dice
    levels = []
    for _ in range(draw.randint(1, 4)):
        own = draw.sample(POOL, draw.randint(1, 3))
        pairs = [(draw.choice(POOL[:3]), draw.choice(POOL[:3])) for _ in range(draw.randint(0, 3))]
        levels.append((own, list(dict.fromkeys(pairs))))
    acceptable = frozenset(draw.sample(POOL, draw.randint(1, 3)))
    made = chain((), *((policies(*own), mappings(*pairs)) for own, pairs in levels))
    result = made.judge(policies=PolicyInputs(acceptable))
    assert result.outcome == "passed"
    assert set(result.policies) == tree_policies(levels, acceptable)


# --- reading ----------------------------------------------------------------------------------


def test_a_certificate_tells_its_policies():
    rows = (policies(P1, ANY_POLICY, P1), mappings((P1, P2)), policy_constraints(0, 3))
    made = chain((*rows, inhibit_any_policy(7)), ())
    leaf, root = made.certificates
    assert root.policies == (P1, ANY_POLICY)
    assert root.policy_mappings == ((P1, P2),)
    assert root.policy_constraints == ext.PolicyConstraints(0, 3)
    assert root.inhibit_any_policy == 7
    assert (leaf.policies, leaf.policy_mappings) == (None, ())
    assert (leaf.policy_constraints, leaf.inhibit_any_policy) == (None, None)


def number(tag, content):
    return write.element(tag, content)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (ext.read_policies, b""),
        (ext.read_policies, write.null()),
        (ext.read_policies, write.sequence(write.oid(P1))),
        (ext.read_policies, write.sequence(write.sequence())),
        (ext.read_policies, write.sequence(write.sequence(*[write.oid(P1)] * 3))),
        (ext.read_policy_mappings, write.sequence(write.sequence(write.oid(P1)))),
        (ext.read_policy_mappings, write.sequence(write.oid(P1), write.oid(P2))),
        (ext.read_policy_constraints, write.null()),
        (ext.read_policy_constraints, write.sequence(write.integer(1))),
        (ext.read_policy_constraints, write.sequence(number(0x80, b""))),
        (ext.read_policy_constraints, write.sequence(number(0x80, b"\xff"))),
        (ext.read_policy_constraints, write.sequence(number(0x80, bytes(9)))),
        (ext.read_policy_constraints, write.sequence(*[number(0x80, b"\0")] * 2)),
        (ext.read_policy_constraints, write.sequence(number(0x81, b"\0"), number(0x80, b"\0"))),
        (ext.read_inhibit_any_policy, write.null()),
        (ext.read_inhibit_any_policy, write.integer(-1)),
        (ext.read_inhibit_any_policy, write.integer(1 << 80)),
    ],
)
def test_a_malformed_extension_of_policies_is_not_read(read, value):
    with pytest.raises(EncodingError):
        read(value)
