"""Policy profiles: the regulations on who may use a seal, as dated data."""

from govseal.registry.policy.describe import describe as describe
from govseal.registry.policy.force import Standing as Standing
from govseal.registry.policy.force import check_in_force as check_in_force
from govseal.registry.policy.force import expired_parts as expired_parts
from govseal.registry.policy.force import standing as standing
from govseal.registry.policy.load import load_policy as load_policy
from govseal.registry.policy.load import policy_names as policy_names
from govseal.registry.policy.load import read_own_policy as read_own_policy
from govseal.registry.policy.load import read_policy as read_policy
from govseal.registry.policy.names import check_seal_name as check_seal_name
from govseal.registry.policy.profile import ApprovalRule as ApprovalRule
from govseal.registry.policy.profile import ApprovalStep as ApprovalStep
from govseal.registry.policy.profile import Condition as Condition
from govseal.registry.policy.profile import CustodyRule as CustodyRule
from govseal.registry.policy.profile import Deadline as Deadline
from govseal.registry.policy.profile import LedgerRule as LedgerRule
from govseal.registry.policy.profile import NameRule as NameRule
from govseal.registry.policy.profile import PolicyProfile as PolicyProfile
from govseal.registry.policy.profile import Quota as Quota
from govseal.registry.policy.profile import Regulation as Regulation
from govseal.registry.policy.profile import SealNumber as SealNumber
from govseal.registry.policy.profile import SealRule as SealRule
from govseal.registry.policy.profile import Switch as Switch
