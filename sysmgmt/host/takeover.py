"""Files of the machine that the box takes over for a time: what stood there is kept, and comes back."""

from collections.abc import Mapping

from sysmgmt.host import files
from sysmgmt.host.files import File

FOLDER = "/etc/boxmgmt/originals"


def kept(path: str) -> str:
    """Where the original of `path` is kept."""
    return FOLDER + path


def over(path: str, wanted: File | None, root: str = "/") -> Mapping[str, File | None]:
    """What has to stand where so that `wanted` is at `path`, or with None the original again. Raises OSError.

    The order matters: the original is kept before it is replaced, and forgotten after it has come back.
    """
    original = files.read(files.within(root, kept(path)))
    if wanted is None:
        return {} if original is None else {path: original, kept(path): None}
    return {kept(path): original or files.read(files.within(root, path)) or File(b""), path: wanted}


def give_back(path: str, root: str = "/") -> None:
    """Put the original back, if it is kept. Raises OSError."""
    for place, file in over(path, None, root).items():
        files.put(files.within(root, place), file)
