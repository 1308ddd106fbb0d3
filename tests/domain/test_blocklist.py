"""The box's own list of passwords that are too common, as it is read."""

import pytest

from sysmgmt.domain import blocklist
from sysmgmt.domain.blocklist import Blocklist
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.records import Records


def test_words_are_read_once_each_in_lower_case_and_in_their_order() -> None:
    assert blocklist.read(b"\xef\xbb\xbf# Comment\n#nothing\nZebra\n\n  Apple \nzebra\r\n") == ("zebra", "apple")
    assert blocklist.read(b"") == ()


def test_the_longest_list_of_the_longest_words_is_taken() -> None:
    most = [f"{number:064}" for number in range(blocklist.MOST)]
    assert len(blocklist.read("\n".join(most).encode())) == 20_000
    with pytest.raises(InvalidValue, match="at most 20000 words of at most 64 printable"):
        blocklist.read("\n".join([*most, "one more"]).encode())


@pytest.mark.parametrize("data, words", [
    (b"a" * 65, "at most 64 printable"), (b"a\x07b", "printable"), (b"\xff", "not UTF-8")])
def test_what_is_no_list_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        blocklist.read(data)


def test_the_own_list_of_common_words_is_replaced() -> None:
    none = Records[Blocklist]()
    assert blocklist.blocked(none) == ()
    once = blocklist.replaced(none, ("boxcar",))
    assert blocklist.blocked(once) == ("boxcar",)
    assert blocklist.blocked(blocklist.replaced(once, ("a", "b"))) == ("a", "b")
