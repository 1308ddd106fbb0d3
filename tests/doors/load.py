"""Asks a web server again and again until told to end (a line on standard input); runs in the machine.

Every request is on a connection of its own, and one long answer is in flight all the time. Prints,
as JSON, how many requests succeeded, what failed, and which certificates were seen.
"""

import hashlib
import http.client
import json
import ssl
import sys
import threading
from collections import Counter

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
outcomes: Counter[str] = Counter()
seen: list[str] = []
ended = threading.Event()


def once(path: str, size: int) -> None:
    """One request."""
    connection = http.client.HTTPSConnection("127.0.0.1", 443, context=context, timeout=30)
    connection.connect()
    certificate = hashlib.sha256(connection.sock.getpeercert(binary_form=True) or b"").hexdigest()
    if certificate not in seen:
        seen.append(certificate)
    connection.request("GET", path)
    answer = connection.getresponse()
    whole = answer.status == 200 and len(answer.read()) == size
    outcomes["whole" if whole else f"status {answer.status}"] += 1
    connection.close()


def repeat(path: str, size: int) -> None:
    """Requests until the end."""
    while not ended.is_set():
        try:
            once(path, size)
        except (OSError, http.client.HTTPException) as error:
            outcomes[type(error).__name__] += 1


def main() -> None:
    """Ask until told to end."""
    wanted = [("/small", 5), ("/small", 5), ("/small", 5), ("/large", 300_000)]
    threads = [threading.Thread(target=repeat, args=one) for one in wanted]
    for one in threads:
        one.start()
    print("asking", flush=True)
    sys.stdin.readline()
    ended.set()
    for one in threads:
        one.join()
    print(json.dumps({"outcomes": outcomes, "certificates": seen}))


if __name__ == "__main__":
    main()
