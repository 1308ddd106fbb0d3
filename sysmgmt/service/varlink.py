"""What every Varlink service tells of itself, so that varlinkctl can be used on the socket."""

from collections.abc import Mapping
from typing import Any

from sysmgmt import __version__
from sysmgmt.service.wire import INTERFACE

SERVICE = "org.varlink.service"
_OURS = f"""# The engine of the box: a Door, see sysmgmt.engine.door
interface {INTERFACE}

method Enter() -> (caller: object, answer: ?object)
method Sign() -> (sign: ?object, refused: ?object)
method LogIn(name: string, password: string) -> (answer: object, caller: object)
# With more, replies with progress (sentence, done, total) come before the last one.
# With raw besides, so do replies with a piece of what is downloaded, in base64.
method Run(request: ?object, answer: ?object, raw: ?bool)
  -> (answer: ?object, caller: ?object, progress: ?object, piece: ?string)
# What is new since the last Run, of a command that was asked to follow
method Follow(after: int) -> (answer: object)
method RunTogether(requests: []object) -> (answers: []object, caller: object)
method Barred(command: string) -> (answer: ?object)
method Check(command: string, parameter: string, texts: [string]string) -> (answer: ?object)
method Offers(command: string, parameter: string, texts: [string]string) -> (offers: []string)
method Standing() -> (refused: ?object)
method LogOut(reason: string) -> (caller: object)
method Line(line: string) -> (status: int, shown: [](stream: int, text: string))
method Explain(type: string, frames: []string) -> (id: string)

# What PAM and sshd ask
method Authenticate(name: string, password: string, service: ?string, rhost: ?string, tty: ?string)
  -> (accepted: bool, message: string)
method Account(name: string, service: ?string, rhost: ?string, tty: ?string) -> (accepted: bool, message: string)
method OpenSession(name: string, service: ?string, rhost: ?string, tty: ?string, auth: ?string)
  -> (accepted: bool, message: string)
method CloseSession(name: string) -> ()
method Keys(name: string) -> (keys: []string)
"""
_EVERYBODYS = f"""# What every service tells of itself
interface {SERVICE}

method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)
method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)
error MethodNotFound (method: string)
error InvalidParameter (parameter: string)
"""
DESCRIPTIONS = {SERVICE: _EVERYBODYS, INTERFACE: _OURS}
INFO = {"vendor": "boxmgmt", "product": "boxmgmtd", "version": __version__, "url": "",
        "interfaces": list(DESCRIPTIONS)}


def mistake(error: str, **facts: str) -> dict[str, Any]:
    """The reply to a call that cannot be made."""
    return {"error": f"{SERVICE}.{error}", "parameters": facts}


def described(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The reply to a call that is not one of ours."""
    if name == f"{SERVICE}.GetInfo":
        return {"parameters": INFO}
    if name == f"{SERVICE}.GetInterfaceDescription":
        wanted = parameters.get("interface")
        if not isinstance(wanted, str):
            return mistake("InvalidParameter", parameter="interface")
        if wanted in DESCRIPTIONS:
            return {"parameters": {"description": DESCRIPTIONS[wanted]}}
        return mistake("InterfaceNotFound", interface=wanted[:64])
    interface = name.rpartition(".")[0][:64]
    if interface in DESCRIPTIONS:
        return mistake("MethodNotFound", method=name[:64])
    return mistake("InterfaceNotFound", interface=interface)
