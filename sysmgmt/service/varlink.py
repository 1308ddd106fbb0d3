"""What every Varlink service tells of itself, so that varlinkctl can be used on the socket."""

from typing import Any

from sysmgmt import __version__
from sysmgmt.service.wire import INTERFACE

DESCRIPTION = f"""# The engine of the box: a Door, see sysmgmt.engine.door
interface {INTERFACE}

method Enter() -> (caller: object, answer: ?object)
method Sign() -> (sign: ?object, refused: ?object)
method LogIn(name: string, password: string) -> (answer: object, caller: object)
method Run(request: ?object, answer: ?object) -> (answer: object, caller: object)
method RunTogether(requests: []object) -> (answers: []object, caller: object)
method Barred(command: string) -> (answer: ?object)
method Check(command: string, parameter: string, texts: [string]string) -> (answer: ?object)
method Offers(command: string, parameter: string, texts: [string]string) -> (offers: []string)
method Standing() -> (refused: ?object)
method LogOut(reason: string) -> ()
method Line(line: string) -> (status: int, shown: [](stream: int, text: string))
method Explain(type: string, frames: []string) -> (id: string)
"""
INFO = {"vendor": "boxmgmt", "product": "boxmgmtd", "version": __version__, "url": "",
        "interfaces": ["org.varlink.service", INTERFACE]}


def described(name: str, parameters: Any) -> dict[str, Any]:
    """The reply to a call that is not one of ours."""
    if name == "org.varlink.service.GetInfo":
        return {"parameters": INFO}
    wanted = parameters.get("interface") if isinstance(parameters, dict) else None
    if name == "org.varlink.service.GetInterfaceDescription":
        if wanted == INTERFACE:
            return {"parameters": {"description": DESCRIPTION}}
        return {"error": "org.varlink.service.InterfaceNotFound", "parameters": {"interface": str(wanted)[:64]}}
    return {"error": "org.varlink.service.MethodNotFound", "parameters": {"method": name[:64]}}
