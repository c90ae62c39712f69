"""Where the people of a class are: beside one another, or in the folders and zips of their sections.

A folder's name and what lies in it say whether it is a person's or a group's. What a person has packed
never counts as a group beside others: nobody can hand in for somebody else.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto

from autograder.classroom.choose import Likeness, likeness
from autograder.classroom.people import (
    ARCHIVES,
    Names,
    Parts,
    Share,
    composed,
    is_hidden,
    is_platforms,
    share_out,
    without_ending,
)
from autograder.classroom.tree import Node
from autograder.course.catalogue import lab_ids, owner_of
from autograder.course.lab import Lab
from autograder.grading.submission import SubmissionError

__all__ = ["Everybody"]

_MOST_AROUND = 5
"""Folders of groups, one within the other, that are looked through."""

_MOST_LOOKS = 200
"""Folders and zips that are looked into to find out what one of them is."""

_ENOUGH = 10
"""People with work in a group after whom no more are looked for."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_GROUPS = _set("""
    section sections sec sect sektion seccion sezione class classes klasse clase classe course courses kurs
    cours curso corso cohort tutorial tutorials tutorium tutorat tut übung übungen uebung uebungen week weeks
    woche semaine semana settimana session batch period stream seminar seminargruppe praktikum exercise
    exercises exercice lab labs labor practical assignment assignments homework hw ex blatt sheet term
    semester fall autumn spring summer winter ws ss year jahr room raum slot
    monday tuesday wednesday thursday friday saturday montag dienstag mittwoch donnerstag freitag lundi
    mardi mercredi jeudi vendredi lunes martes miércoles jueves viernes mon tue wed thu fri morning
    afternoon evening submission submissions submitted abgabe abgaben rendu rendus entrega entregas
    handin handins export exports download downloads students student studierende studenten étudiants
    estudiantes teilnehmer participants late ontime moodle canvas blackboard gradescope ilias
    """)
"""Words that name many people's folder."""

_BESIDE = _set(
    "of the in on at am pm time no nr my all drive onedrive late new old final der die das des"
)
"""Words that stand beside these."""

_DATE = re.compile(r"20\d\d(?:[-_. ]\d\d?){0,2}|\d\d?(?:[-_. ]\d\d?)[-_. ]20\d\d")

_TEAMS = _set("group groups gruppe gruppen groupe grupo gruppo grp team teams")
"""Words that name many people's folder, or one that hands in together."""

_OWN = _set("""
    work works working arbeit code codes src source sources lib data daten dataset datasets doc docs
    documents documentation report reports bericht essay essays text texts notes notizen img image images
    pics pictures figures figs plots old alt new neu backup backups copy kopie final finished done draft
    drafts v version versions attempt attempts versuch try first second third part parts teil todo
    solution solutions lösung lösungen answer answers result results output outputs out tests tmp temp
    misc other others stuff files project projekt projects repo main master notebook notebooks python py
    scripts script math theory theorie practice bin include build dist venv env target assets
    resources material materials handout handouts readme deep learning nnlab neural network networks
    my mein meine the of for and und von de la lab labs assignments week weeks exercise exercises assignment homework hw ex
    blatt rule task tasks aufgabe aufgaben devoir tarea ejercicio step steps phase original originals archive
    archiv saved upload uploads submission submit abgabe rendu entrega handin clean corrected fixed travail
    trabajo lavoro desktop documents pycharmprojects pycharm workspace untitled folder ordner dossier carpeta
    neuer nouveau nueva copia copie experiments experiment playground sandbox scratch samples
    submissions attachment attachments feedback corrections revisions
    """)
"""Words that name a folder within one person's work."""


_COURSES = _set("""
    solution solutions lösung lösungen musterlösung musterlösungen corrigé corrigés solución soluciones
    template templates vorlage vorlagen starter skeleton instructor
    """)
"""Words that name a folder of the course's own, where it lies beside people's."""

_MOST_TEXT = 16 << 20
"""A text in which a platform names somebody."""


class _Kind(Enum):
    """What a folder or a zip is, by what lies in it."""

    EMPTY = auto()
    """No work for the lab is in it."""
    OTHER = auto()
    """A group's work for another lab."""
    OWN = auto()
    """One person's work, or something that cannot be looked into."""
    LIKELY = auto()
    """A group's, if nothing beside it is one person's."""
    GROUP = auto()
    """A group's, as its name says as well."""
    PLATFORM = auto()
    """A group's, as a platform's names in it say."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen in a folder or a zip."""

    kind: _Kind
    people: tuple[str, ...] = ()
    """Names in it that may be people's."""
    working: int = 0
    """How many of these have work for the lab; no more are counted than are enough."""


class Everybody:
    """The people of a class: whose each thing is, and what is nobody's."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.shares: list[tuple[Node, Share, Parts]] = []
        """Things, whose they are, and the group in which they lie."""
        self.strays: list[str] = []
        """What belongs to nobody."""
        self.doubtful: list[str] = []
        """What counts as one person's, and looks like a whole class."""
        self.groups: list[Parts] = []
        """The folders and zips in which people were found, if that is not the class's own."""
        self._left = 0

    def look_through(self, folder: Node, path: Parts = ()) -> None:
        """Find the people in a class's folder or zip, and in the groups in it.

        Raises: SubmissionError if it is one person's.
        """
        inner = [node for node in folder.inner() if not is_hidden(node.name)]
        if is_platforms(_names(inner)):
            self._share(inner, path)
            return
        looks = {node.name: self._first_look(node) for node in inner if _may_hold(node)}
        groups = self._groups(looks) if len(path) < _MOST_AROUND else set()
        if not path and self._is_one_persons(inner, looks, groups):
            raise SubmissionError(
                f"{folder.name} looks like what one student handed in. Give the folder that holds a "
                "folder for each student."
            )
        left_out = self._nobodys(looks, groups)
        self.strays += left_out
        self._share([n for n in inner if n.name not in groups | left_out], path)
        for node in sorted(inner, key=lambda node: node.name):
            if node.name in groups:
                self.look_through(node, (*path, composed(node.name)))

    def _share(self, nodes: Sequence[Node], path: Parts) -> None:
        """Share out what lies beside one another."""
        if path and nodes:
            self.groups.append(path)
        group = "/".join(map(without_ending, path))
        by_name = {node.name: node for node in nodes}

        def read(name: str) -> bytes:
            with suppress(SubmissionError):
                return by_name[name].read(_MOST_TEXT)
            return b""

        for node, share in zip(nodes, share_out(_names(nodes), read), strict=True):
            if share is None:
                self.strays.append(node.name)
                continue
            is_sure = share.person.platform_id or share.attempt
            person = share.person if is_sure else replace(share.person, group=group)
            self.shares.append((node, replace(share, person=person), path))

    def _groups(self, looks: Mapping[str, _Look]) -> set[str]:
        """Name what holds people, of all that lies beside one another.

        A zip, and what only looks like a group's, is one person's where it lies beside people: it may
        be what somebody handed in.
        """
        of = {kind: [name for name in looks if looks[name].kind is kind] for kind in _Kind}
        sure, likely, platforms = of[_Kind.GROUP], of[_Kind.LIKELY], of[_Kind.PLATFORM]
        if not all(_is_own_name(self.lab, name) for name in of[_Kind.OWN]):
            doubtful = [*platforms, *likely]
            self.doubtful += sorted(name for name in doubtful if len(looks[name].people) > 1)
            return {name for name in sure if not name.lower().endswith(ARCHIVES)}
        inner = [composed(person).lower() for name in likely for person in looks[name].people]
        working = sum(looks[name].working for name in likely)
        if (
            len(looks) == 1
            or ((sure or platforms) and all(_says(name, _TEAMS) for name in likely))
            or (len(inner) == len(set(inner)) and working >= 2 * len(likely))
        ):
            sure = [*sure, *likely]
        others = {name for name in of[_Kind.OTHER] if looks[name].people}
        return {*sure, *platforms} or others

    def _is_one_persons(
        self, inner: Sequence[Node], looks: Mapping[str, _Look], groups: set[str]
    ) -> bool:
        """Say whether a class's folder is what one person handed in."""
        own = [name for name in looks if looks[name].kind is _Kind.OWN]
        if groups or not all(_is_own_name(self.lab, name) for name in own):
            return False
        labs = any(composed(name).lower() in lab_ids() for name in looks)
        files = [node.name for node in inner if not node.is_folder]
        return bool(own) or labs or any(_is_module(self.lab, name, Likeness.NEAR) for name in files)

    def _nobodys(self, looks: Mapping[str, _Look], groups: set[str]) -> set[str]:
        """Name what is nobody's: a solution or a template; beside groups other labs' folders and empty groups."""
        if not groups:
            courses = {name for name in looks if _is_courses(self.lab, name)}
            people = any(look.kind is _Kind.OWN for n, look in looks.items() if n not in courses)
            return courses if people else set()
        return {
            name
            for name, look in looks.items()
            if name not in groups
            and (
                look.kind is _Kind.OTHER
                or (
                    look.kind is _Kind.EMPTY
                    and (_names_group(self.lab, name) or _says(name, _TEAMS))
                )
                or (look.kind is _Kind.OWN and _is_own_name(self.lab, name))
            )
        }

    def _first_look(self, node: Node) -> _Look:
        """See what a folder or a zip is; it takes so long at most."""
        self._left = _MOST_LOOKS
        return self._look(node, 0)

    def _look(self, node: Node, depth: int) -> _Look:
        self._left -= 1
        if not node.is_folder and not node.name.lower().endswith(".zip"):
            return _Look(_Kind.OWN)
        try:
            inner = [each for each in node.inner() if not is_hidden(each.name)]
        except Exception:  # noqa: BLE001  whatever it is, its sentence is its owner's to hear
            return _Look(_Kind.OWN)
        if is_platforms(_names(inner), in_groups=True):
            return self._platforms(inner)
        files = [each.name for each in inner if not each.is_folder]
        if any(_is_module(self.lab, name) for name in files):
            return _Look(_Kind.OWN)
        looks: dict[str, _Look] = {}
        for each in inner:
            enough = sum(look.kind in _WORK for look in looks.values()) >= _ENOUGH
            if _may_hold(each) and depth < _MOST_AROUND and self._left > 0 and not enough:
                looks[each.name] = self._look(each, depth + 1)
        return self._by_inner(node, files, [n.name for n in inner if _may_hold(n)], looks)

    def _platforms(self, inner: Sequence[Node]) -> _Look:
        """Say whose what a platform gave is: its zips of other labs may lie beside."""
        shares = share_out(_names(inner))
        people = {share.person.name for share in shares if share is not None}
        files: list[str] = []
        for node, share in [*zip(inner, shares, strict=True)][:_ENOUGH]:
            with suppress(Exception):  # whatever it is, its sentence is its owner's to hear
                files += [each.name for each in node.inner()] if node.is_folder else []
                files += [share.file] if share is not None else []
        is_this = any(
            _is_module(self.lab, name) or name.lower().endswith(ARCHIVES) for name in files
        )
        is_other = not is_this and any(map(_is_other_labs, files))
        return _Look(_Kind.OTHER if is_other else _Kind.PLATFORM, tuple(people))

    def _by_inner(
        self, node: Node, files: Sequence[str], inner: Sequence[str], looks: Mapping[str, _Look]
    ) -> _Look:
        """Say what something is by what the folders and zips in it are."""
        working = [name for name, look in looks.items() if look.kind in _WORK]
        people = tuple(name for name in inner if not _is_own_name(self.lab, name))
        is_groups, is_teams = _names_group(self.lab, node.name), _says(node.name, _TEAMS)
        if not working:
            is_other = any(look.kind is _Kind.OTHER for look in looks.values())
            if is_other or any(map(_is_other_labs, files)):
                return _Look(_Kind.OTHER)
            if people and (is_groups or is_teams):
                return _Look(_Kind.GROUP if is_groups else _Kind.LIKELY, people)
            return _Look(_Kind.EMPTY)
        if self.lab.id in working and looks[self.lab.id].kind is _Kind.OWN:
            return _Look(_Kind.OWN)
        within = [look for look in looks.values() if look.kind in _WORK - {_Kind.OWN}]
        if within and (
            len(within) == len(working) or any(look.kind is not _Kind.LIKELY for look in within)
        ):
            people = tuple(person for look in within for person in look.people)
            at_work = sum(look.working for look in within)
            is_likely = len(people) > 1 or any(look.kind is _Kind.PLATFORM for look in within)
        else:
            at_work = len([name for name in working if name in people])
            if not at_work or 2 * len(people) <= len(inner):
                return _Look(_Kind.OWN)
            named = [name for name in people if not _is_short(name)]
            alike = {name.lower().endswith(ARCHIVES) for name in named}
            is_likely = is_teams or (len(named) > 1 and len(alike) == 1)
        if is_groups or (is_teams and len(people) > 1):
            return _Look(_Kind.GROUP, people, at_work)
        return _Look(_Kind.LIKELY if is_likely else _Kind.OWN, people, at_work)


_WORK = frozenset({_Kind.OWN, _Kind.LIKELY, _Kind.GROUP, _Kind.PLATFORM})


def _names(nodes: Sequence[Node]) -> Names:
    return [(node.name, node.is_folder) for node in nodes]


def _may_hold(node: Node) -> bool:
    """Return whether it may be a person's, or hold people."""
    return node.is_folder or node.name.lower().endswith(ARCHIVES)


def _is_module(lab: Lab, name: str, most: Likeness = Likeness.LOOSE) -> bool:
    found = [likeness(name, module) for module in lab.modules]
    return any(how is not None and how <= most for how in found)


def _is_other_labs(name: str) -> bool:
    """Return whether a file without a place in this lab is another lab's module."""
    return name.endswith(".py") and owner_of(name.removesuffix(".py")) is not None


def _words(name: str) -> list[str]:
    return re.findall(
        r"[^\W\d_]+", re.sub(r"['\u2019]s\b", "", without_ending(composed(name)).lower())
    )


def _names_group(lab: Lab, name: str) -> bool:
    """Return whether a name says that it is a group's folder, as `Section 01`, a day, or the lab's own."""
    is_labs = composed(name).lower() == lab.id
    return is_labs or _DATE.fullmatch(name) is not None or _says(name, _GROUPS)


def _says(name: str, what: frozenset[str]) -> bool:
    """Return whether a name has one of these words, and none that may be a person's."""
    words = _words(name)
    known = _GROUPS | _TEAMS | _BESIDE
    return not what.isdisjoint(words) and all(word in known or len(word) == 1 for word in words)


def _is_own_name(lab: Lab, name: str) -> bool:
    """Return whether a name is one that people give to folders of their own work."""
    known = _OWN | set(lab.modules) | set(_words(lab.id))
    words = _words(name)
    return bool(words) and all(word in known for word in words)


def _is_courses(lab: Lab, name: str) -> bool:
    """Return whether a name says that it is the course's own, as `solution` or `starter code`."""
    words = set(_words(name))
    return not words.isdisjoint(_COURSES) and words <= _COURSES | _OWN | _BESIDE | set(
        _words(lab.id)
    )


def _is_short(name: str) -> bool:
    """Return whether a name is a letter, or a number of two digits, which may be anything's."""
    return len(name) < 2 or (len(name) == 2 and name.isdigit())
