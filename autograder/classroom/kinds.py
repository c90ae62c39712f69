"""Why somebody in a class needs a look, and what that means for the mark."""

from enum import StrEnum

__all__ = ["ADVICE", "Kind"]


class Kind(StrEnum):
    """Why somebody is in the list; the most urgent first."""

    FAULT = "checker's error"
    UNDECIDED = "several files may be meant"
    UNREAD = "cannot be read here"
    MISSING = "without the file"
    STOPPED = "could not be run"
    SEVERAL = "handed in more than once"
    NEAR = "under another name"
    NOTED = "with a remark"
    ABSENT = "expected, and not there"


ADVICE = {
    Kind.FAULT: "No mark. The next run asks again; where it breaks again, look yourself.",
    Kind.UNDECIDED: "No mark: the files would earn different points. Leave the one that counts.",
    Kind.UNREAD: "No mark. Make it readable, and grade again.",
    Kind.MISSING: "0 points for what is missing. Ask for it, if it is an accident.",
    Kind.STOPPED: "0 points through one cause, before anything was asked.",
    Kind.SEVERAL: "Marked, by the file that is named here.",
    Kind.NEAR: "Marked, by a file that is called otherwise.",
    Kind.NOTED: "Marked; something was not looked at, or stands in several places.",
    Kind.ABSENT: "In the roster, and nothing was handed in.",
}
"""What it means for the mark, and what to do."""
