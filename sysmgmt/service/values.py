"""Requests and answers as the plain values that travel; nothing else is accepted."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.domain.errors import refusals
from sysmgmt.engine.request import Answer, Request
from sysmgmt.service.wire import Garbled

CODES = {one.__name__: one for one in refusals()}


def plain(one: Request | Answer) -> dict[str, Any]:
    """A request or an answer as a JSON object."""
    shown = one._asdict()
    return {"answer": shown} if isinstance(one, Answer) else {"request": shown | {"texts": dict(one.texts)}}


def request_or_answer(value: Any) -> Request | Answer:
    """What `plain` made of a client's request, or of what it refused by itself. Raises Garbled."""
    if isinstance(value, dict) and isinstance(value.get("request"), dict):
        return request(value["request"])
    if isinstance(value, dict) and isinstance(value.get("answer"), dict):
        return _refusal(value["answer"])
    raise Garbled("neither a request nor an answer")


def _refusal(value: Mapping[str, Any]) -> Answer:
    """A line that a client refused by itself. Raises Garbled for anything else.

    It is recorded as it stands: nobody may have the audit say that something was done.
    """
    kind = CODES.get(text(value.get("code")))
    if kind is None or value.get("status") != kind.status:
        raise Garbled("no refusal")
    command, message, hint = (None if value.get(name) is None else text(value[name])
                              for name in ("command", "message", "hint"))
    return Answer(command, kind.__name__, kind.status, None, message, hint, fatal=value.get("fatal") is True)


def request(value: Mapping[str, Any]) -> Request:
    """A request from a JSON object. Raises Garbled."""
    return Request(text(value.get("command")), texts(value.get("texts", {})),
                   value.get("dry_run") is True, value.get("confirmed") is True, text(value.get("answered", "")))


def answer(value: Mapping[str, Any]) -> Answer:
    """An answer of the service from a JSON object. Raises Garbled."""
    try:
        found = Answer(**value)
        return found._replace(status=int(found.status), warnings=tuple(map(text, found.warnings)))
    except (TypeError, ValueError):
        raise Garbled("no answer") from None


def text(value: Any) -> str:
    """A text. Raises Garbled."""
    if not isinstance(value, str):
        raise Garbled("no text")
    return value


def texts(value: Any) -> dict[str, str]:
    """Texts by name. Raises Garbled."""
    if not isinstance(value, dict):
        raise Garbled("no parameters")
    return {text(name): text(one) for name, one in value.items()}


def items(value: Any) -> list[Any]:
    """A list. Raises Garbled."""
    if not isinstance(value, list):
        raise Garbled("no list")
    return value
