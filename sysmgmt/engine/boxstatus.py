"""Whether the box is well, as of now."""

from typing import Any

from sysmgmt.domain import facts
from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Box


def of(box: Box, state: State) -> dict[str, Any]:
    """What get_system_status tells: the stored files are read again for it. Raises StateDamaged, StorageFailed."""
    return facts.system_status(state, {**box.store.check(), "free_bytes": box.audit_files.free()})
