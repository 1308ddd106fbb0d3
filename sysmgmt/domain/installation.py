"""The Installation step: what turns an empty state into a box (R048-R050, R076)."""

from typing import NamedTuple

from sysmgmt.domain import passwords, roles, security, uids
from sysmgmt.domain.levels import LEVELS
from sysmgmt.domain.model import ADMIN, Account, Settings, State


class Plan(NamedTuple):
    """What the Installation step was told; `password` is a hash, `audit_seed` is sealed."""

    name: str
    level: str
    password: str
    box_id: str
    release: str
    master_key: str
    audit_seed: str


def install(state: State, plan: Plan, now: float) -> State:
    """The state of a new box with its one predefined user. Raises UidsExhausted."""
    admin = passwords.store(Account(ADMIN, roles.ADMINISTRATOR), plan.password, now)
    settings = Settings(name=plan.name, box_id=plan.box_id, installed_at=now, installed_version=plan.release,
                        level=plan.level, uids=state.settings.uids,
                        master_key=plan.master_key, audit_seeds=(plan.audit_seed,))
    return uids.give(state._replace(settings=security.fitted(settings, LEVELS[plan.level])), admin)
