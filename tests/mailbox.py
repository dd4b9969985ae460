"""Mails as people and machines send them, and a small IMAP server at a socket."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest

from tests.storage.pictures import encoded

NINA = "nina@example.org"


def mail(
    text: str = "Lyktestolpen ved busstoppet er mørk.",
    *,
    subject: str = "Gatelys",
    sender: str = f"Nina Nordmann <{NINA}>",
    html: str = "",
    pictures: tuple[bytes, ...] = (),
    files: tuple[tuple[str, str, bytes], ...] = (),
    message_id: str = "<one@example.org>",
    **heads: str,
) -> bytes:
    """A raw message; `files` are (name, type, bytes), heads as In_Reply_To="<...>"."""
    made = EmailMessage()
    for name, value in {"From": sender, "To": "meld@tromso.example", "Subject": subject}.items():
        if value:
            made[name] = value
    if message_id:
        made["Message-ID"] = message_id
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    if text or not html:
        made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html") if text else made.set_content(html, subtype="html")
    for number, data in enumerate(pictures):
        made.add_attachment(data, maintype="image", subtype="jpeg", filename=f"bilde{number}.jpg")
    for name, kind, data in files:
        maintype, _, subtype = kind.partition("/")
        made.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return made.as_bytes()


def photo(**given: object) -> bytes:
    """A small photo."""
    return encoded("JPEG", **given)


@dataclass
class ImapBox:
    """What lies in the mailbox, and how its server behaves. Numbers count from 1."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    password: str = "secret"
    said: list[str] = field(default_factory=list)
    hang_up_before: str = ""
    sizes: dict[int, int] = field(default_factory=dict)


class _Conversation(socketserver.StreamRequestHandler):
    """IMAP4rev1, as much of it as a reader needs; the answers are those of a Dovecot."""

    def handle(self) -> None:
        box: ImapBox = self.server.box  # type: ignore[attr-defined]
        self._say("* OK [CAPABILITY IMAP4rev1 LITERAL+] ready.")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            tag, _, command = line.partition(" ")
            box.said.append(command)
            if box.hang_up_before and command.upper().startswith(box.hang_up_before):
                return
            if not self._answer(box, tag, command):
                return

    def _answer(self, box: ImapBox, tag: str, command: str) -> bool:
        upper = command.upper()
        if upper.startswith("CAPABILITY"):
            self._say("* CAPABILITY IMAP4rev1", f"{tag} OK Capability completed.")
        elif upper.startswith("LOGIN"):
            right = f'"{box.password}"' in command or command.endswith(box.password)
            self._say(f"{tag} OK Logged in" if right else f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.")
        elif upper.startswith("SELECT"):
            self._say(f"* {len(box.mails)} EXISTS", "* FLAGS (\\Seen)", f"{tag} OK [READ-WRITE] Select completed.")
        elif upper.startswith("UID SEARCH"):
            numbers = [str(n) for n in range(1, len(box.mails) + 1) if n not in box.seen]
            self._say(" ".join(["* SEARCH", *numbers]), f"{tag} OK Search completed.")
        elif found := re.match(r"UID FETCH (\d+) \(RFC822\.SIZE\)", upper):
            n = int(found[1])
            size = box.sizes.get(n, len(box.mails[n - 1]))
            self._say(f"* {n} FETCH (UID {n} RFC822.SIZE {size})", f"{tag} OK Fetch completed.")
        elif found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\](?:<0\.(\d+)>)?\)", upper):
            n = int(found[1])
            data = box.mails[n - 1][: int(found[2]) if found[2] else None]
            self.wfile.write(f"* {n} FETCH (UID {n} BODY[] {{{len(data)}}}\r\n".encode() + data + b")\r\n")
            self._say(f"{tag} OK Fetch completed.")
        elif found := re.match(r"UID STORE (\d+) \+FLAGS", upper):
            box.seen.add(int(found[1]))
            self._say(f"{tag} OK Store completed.")
        elif upper.startswith("LOGOUT"):
            self._say("* BYE Logging out", f"{tag} OK Logout completed.")
            return False
        else:
            self._say(f"{tag} BAD Unknown command.")
        return True

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@pytest.fixture
def imap_box() -> Iterator[ImapBox]:
    """A mailbox behind a running IMAP server."""
    box = ImapBox()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), _Conversation) as server:
        server.box = box  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
