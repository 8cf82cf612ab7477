"""Letters by mail: single ones (`.eml`) and mailboxes (mbox)."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

from site_gen.diagnostics import Location
from site_gen.importing.entry import Entry, Item, Request, Taken, broken, files, guess_of, left
from site_gen.importing.writing import taken


def read(request: Request) -> Iterator[Item]:
    """An entry for each letter: its text, and what its head says of it."""
    for path in files(request.path, (".eml", ".mbox")):
        if path.suffix.lower() == ".eml":
            yield from _letter(Location(str(path)), path.read_bytes())
            continue
        box = mailbox.mbox(path, create=False)
        try:
            for number, key in enumerate(sorted(box.keys()), 1):
                yield from _letter(Location(f"{path}, letter {number}"), box.get_bytes(key))
        finally:
            box.close()


def _letter(at: Location, data: bytes) -> Iterator[Item]:
    try:
        message = message_from_bytes(data, policy=policy.default)
        assert isinstance(message, EmailMessage)
        yield from _parts(at, message)
    except Exception as problem:
        # The library raises errors of many kinds for broken letters; the others go on.
        said = f"The letter cannot be read: {str(problem) or type(problem).__name__}"
        yield broken(at, said, "Save its text by hand.")


def _parts(at: Location, message: EmailMessage) -> Iterator[Item]:
    part = message.get_body(("plain", "html"))
    if part is None:
        yield broken(at, "The letter holds no text", "Save what it holds by hand.")
        return
    for one in message.iter_attachments():
        name = one.get_filename() or one.get_content_type()
        yield left(at, f"An attachment was not imported: {name}", name, "Save it by hand.")
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    stated = part.get_content_charset() or ""
    guessed = "" if stated else guess_of(data)
    if guessed not in ("", "utf-8"):
        yield left(at, f"Its text is read as {guessed}, which is a guess", guessed)
    try:
        text = data.decode(stated or guessed)
    except (LookupError, ValueError):
        encoding = guess_of(data)
        text = data.decode(encoding, "replace")
        yield left(at, f"Its text is not {stated}; it is read as {encoding}, a guess", encoding)
    html = part.get_content_type() == "text/html"
    subject = str(message.get("subject", "") or "")
    identifier = str(message.get("message-id", "") or "").strip().strip("<>")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    how: tuple[Taken, ...] = () if html else (Taken("markup", "plain", "a letter has no markup"),)
    yield Entry(
        "article", at, subject or identifier or "letter", ".html" if html else ".txt",
        text.rstrip("\n") + "\n", (*_head(message, subject, identifier), *how),
    )  # fmt: skip


def _head(message: EmailMessage, subject: str, identifier: str) -> tuple[Taken, ...]:
    senders = getaddresses([str(one) for one in message.get_all("from", [])])
    date = str(message.get("date", "") or "")
    try:
        day = parsedate_to_datetime(date).date().isoformat() if date else ""
    except (ValueError, TypeError):
        day = date
    return (
        *taken("title", re.sub(r"\s+", " ", subject), "Subject"),
        *taken("authors", [name or address for name, address in senders], "From"),
        *taken("date", day, "Date"),
        *taken("identifier", identifier, "Message-ID"),
    )
