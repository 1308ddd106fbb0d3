"""The pages of the manual, where man(1) looks for what did not come as a Debian package."""

from pathlib import Path

from sysmgmt.host import files
from sysmgmt.host.files import File
from sysmgmt.service.deployment.site import Site

FOLDER = "/usr/local/share/man"
PAGES = ("boxmgmtd.8", "boxmgmt.1", "sysmgmt.1", "boxmgmt-requirements.7", "boxmgmt-figures.7")


def pages(site: Site) -> dict[str, File]:
    """The pages that came with the programs: beside their packages, or with their virtual environment."""
    found = {}
    for name in PAGES:
        place = f"man{name[-1]}/{name}"
        for path in (Path(site.package) / "man" / name, Path(site.python).parent.parent / "share/man" / place):
            if page := files.read(str(path)):
                found[f"{FOLDER}/{place}"] = File(page.content)
                break
    return found
