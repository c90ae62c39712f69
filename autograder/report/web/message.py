"""The message of a failed check, taken apart: labelled values, and sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Part", "message_parts"]

LABEL = 10
"""Characters of a message's line that hold its label, as in `called    f(x)`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message: a labelled value, or a sentence without a label."""

    label: str
    text: str


def message_parts(message: str) -> Iterator[Part]:
    r"""Take a message apart; a line below a labelled one goes on with its value.

    >>> list(message_parts("called    f(1)\nin        hebb.py, line 3\n          y = x\nWhy?"))[1:]
    [Part(label='in', text='hebb.py, line 3\ny = x'), Part(label='', text='Why?')]
    """
    label, texts = "", list[str]()
    for line in message.splitlines():
        head, text = line[:LABEL], line[LABEL:]
        goes_on = head.isspace() and bool(texts)
        if not goes_on:
            yield from _part(label, texts)
            labelled = head.endswith("  ") and not head.isspace()
            label, texts = (head.strip(), [text]) if labelled else ("", [line.strip()])
        else:
            texts.append(text)
    yield from _part(label, texts)


def _part(label: str, texts: Iterable[str]) -> Iterator[Part]:
    text = "\n".join(texts)
    if text:
        yield Part(label, text)
