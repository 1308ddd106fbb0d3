"""All commands by name: our own, and those that other packages declare.

Entry points are read when a name is not one of ours, for help, menu and completion, and never
on the path of one of our own commands: finding them costs more than running the command.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module

from sysmgmt.domain import names
from sysmgmt.domain.errors import InvalidValue, UnknownCommand
from sysmgmt.engine.declaration import OWN_WORK, Command
from sysmgmt.engine.request import Caller


class Chapters(Mapping[str, Command]):
    """Commands by name.

    A chapter is, by command, the name of the module that declares it, which is loaded when the command is
    asked for.
    """

    def __init__(self, chapters: Iterable[Mapping[str, str]]) -> None:
        self._homes = {name: module for one in chapters for name, module in one.items()}
        self._loaded: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._loaded:
            self._loaded[name] = getattr(import_module(self._homes[name]), name)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


class Catalog(Mapping[str, Command]):
    """Commands by name, in the manual's order.

    `extensions` is called at most once; it gives the commands of other packages and the names
    of packages that could not be loaded.
    """

    def __init__(self, own: Mapping[str, Command],
                 extensions: Callable[[], tuple[list[Command], list[str]]] = lambda: ([], [])) -> None:
        self._own = own
        self._extensions = extensions
        self._others: dict[str, Command] | None = None
        self._broken: list[str] = []

    def __getitem__(self, name: str) -> Command:
        try:
            return self._own[name]
        except KeyError:
            return self._load()[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from self._load()

    def __len__(self) -> int:
        return len(self._own) + len(self._load())

    @property
    def broken(self) -> list[str]:
        """What could not be loaded, one sentence each."""
        self._load()
        return self._broken

    def _load(self) -> dict[str, Command]:
        if self._others is None:
            commands, self._broken = self._extensions()
            self._others = {one.name: one for one in commands if one.name not in self._own}
        return self._others


def declared(catalog: Mapping[str, Command], name: str) -> Command | None:
    """The command `name` as far as clients know it: none of the box's own work."""
    command = catalog.get(name)
    return None if command is None or command.needs == OWN_WORK else command


def is_shown(command: Command, caller: Caller) -> bool:
    """Whether `caller` gets to see that the command exists (R245)."""
    return command.needs != OWN_WORK and (caller.advanced or not command.advanced)


def public(catalog: Mapping[str, Command], name: str, caller: Caller) -> Command:
    """The command `name` of a client's request. Raises UnknownCommand."""
    command = declared(catalog, name)
    if command is None:
        raise unknown(catalog, name, caller)
    return command


def unknown(catalog: Mapping[str, Command], name: str, caller: Caller) -> UnknownCommand:
    """That there is no command `name`, with the names that may have been meant."""
    refusal = UnknownCommand(name=names.repeatable(name))
    return UnknownCommand(str(refusal), _near(catalog, name, caller) + refusal.hint)


def not_known(catalog: Mapping[str, Command], name: str, caller: Caller) -> tuple[str, ...]:
    """A warning that there is no command `name`, with those that may have been meant; none where there is one."""
    if name in catalog:
        return ()
    return (f"{UnknownCommand(name=names.repeatable(name))} {_near(catalog, name, caller)}".strip(),)


def _near(catalog: Mapping[str, Command], name: str, caller: Caller) -> str:
    shown = [one.name for one in catalog.values() if is_shown(one, caller)]
    return names.meant(name, shown if names.is_harmless(name) else [])


def unknown_parameter(command: Command, name: str) -> InvalidValue:
    """That a command has no parameter `name`, with the names that may have been meant."""
    known = [one.name for one in command.parameters]
    hint = names.meant(name, known if names.is_harmless(name) else []) + help_on(command)
    return InvalidValue(f"{command.name} has no parameter {names.repeatable(name)}.", hint)


def help_on(command: Command) -> str:
    """Where the parameters of a command are explained."""
    return f"Enter help {command.name} for its parameters."
