"""The catalog names every command that is declared."""

import importlib
import pkgutil

from sysmgmt import commands
from sysmgmt.commands.catalog import COMMANDS
from sysmgmt.engine.declaration import Command


def test_every_command_stands_in_the_catalog_under_the_module_that_declares_it() -> None:
    modules = [importlib.import_module(f"{commands.__name__}.{one.name}") for one in pkgutil.iter_modules(
        commands.__path__)]
    declared = {one.name: one for module in modules for one in vars(module).values()
                if isinstance(one, Command) and one.run.__module__ == module.__name__}
    assert dict(COMMANDS) == declared
