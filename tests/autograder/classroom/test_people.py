"""Who is who in a class, by the names that platforms give; what is nobody's makes no person."""

import unicodedata

import pytest

from autograder.classroom.people import Person, Share, is_hidden, share_out


def who(*names):
    """Share out names; a folder's ends in a slash."""
    return share_out([(name.rstrip("/"), name.endswith("/")) for name in names])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (  # Canvas: two of one name, late in small letters, whatever files people give
            ["smithjohn_101_9001_hebb.py", "smithjohn_late_202_9002_hebb.py", "ray_7_8_answers.pdf",
             "eve_LATE_9_10_hebb-1.py", "noa_5002_text.html"],
            [("smithjohn", "101", "hebb.py"), ("smithjohn", "202", "hebb.py"),
             ("ray", "7", "answers.pdf"), ("eve", "9", "hebb-1.py"), ("noa", "5002", "text.html")],
        ),
        (
            ["anon_aB3dE_9001_hebb.py", "anon_x7K_LATE_9002_hebb.py", "LATE_anon_12345_9003_hebb.py"],
            [("anon_aB3dE", "aB3dE", "hebb.py"), ("anon_x7K", "x7K", "hebb.py"),
             ("anon_12345", "12345", "hebb.py")],
        ),
        (  # names of groups, and names of signs that Canvas leaves out
            ["team_a_101_9001_hebb.py", "van_der_ada_LATE_102_9002_hebb_1_2.py", "_103_9003_hebb.py"],
            [("team_a", "101", "hebb.py"), ("van_der_ada", "102", "hebb_1_2.py"), ("anon_103", "103", "hebb.py")],
        ),
        (["love_ada101_question_5_9001_hebb.py", "ray7_question_5_9002_hebb-1.py"],
         [("love_ada", "101", "hebb.py"), ("ray", "7", "hebb-1.py")]),
        (
            ["12-77 - Ada Ó - Oct 3, 2026 1015 PM/", "12-77 - Ada Ó - Oct 4, 2026 915 AM/", "9-77 - Bo-Li - 4. Oktober 2026 0915/",
             "index.html"],
            [("Ada Ó", "12", ""), ("Ada Ó", "12", ""), ("Bo-Li", "9", ""), None],
        ),
        (["12-77 - Ada Ó - Oct 3, 2026 1015 PM - my - hebb.py", "9-77 - Bo - Oct 3, 2026 1015 PM - hebb.py"],
         [("Ada Ó", "12", "my - hebb.py"), ("Bo", "9", "hebb.py")]),
        (
            ["Ada Ó_4712_assignsubmission_file_/", "Ada Ó_4712_assignsubmission_onlinetext_/",
             "Bo_9_assignsubmission_file_hebb.py"],
            [("Ada Ó", "4712", ""), ("Ada Ó", "4712", ""), ("Bo", "9", "hebb.py")],
        ),
        (
            ["Lab 2_jo_ann_attempt_2026-11-02-10-20-30_hebb.py", "Lab 2_bo_attempt_2026-11-02-10-20-30.txt",
             "Lab 2_bo_attempt_2026-11-02-10-20-30_my hebb.py"],
            [("jo_ann", "", "hebb.py"), ("bo", "", ".txt"), ("bo", "", "my hebb.py")],
        ),
        (["Lab 2_bo_attempt_2026-11-02-10-20-30_hebb.py"], [("bo", "", "hebb.py")]),
        (["submission_1/", "submission_22/"], [("submission_1", "1", ""), ("submission_22", "22", "")]),
        (["Love_Ada_al1_77/", "Roy_Bo_br_78/"], [("Love Ada al1", "77", ""), ("Roy Bo br", "78", "")]),
        (["a\nb_7_8_hebb.py", "c\r_9_8_h\n.py"], [("a\nb", "7", "hebb.py"), ("c\r", "9", "h\n.py")]),
        (["a\nb_7_assignsubmission_file_/", "c_8_assignsubmission_file_a\nb.py"],
         [("a\nb", "7", ""), ("c", "8", "a\nb.py")]),
        (["ada/", "bo.zip", "cy.tar.gz", "d_1_2_x/"],
         [("ada", "", ""), ("bo", "", "bo.zip"), ("cy", "", "cy.tar.gz"), ("d_1_2_x", "", "")]),
    ],
)  # fmt: skip
def test_each_platforms_names_are_read(names, expected):
    """The platform's number is kept, and what the student called the file."""
    shares = who(*names)

    assert [s and (s.person.name, s.person.platform_id, s.file) for s in shares] == expected


def test_what_is_nobodys_makes_no_person():
    """Hidden folders, what a Mac and editors leave, and lists beside the folders."""
    shares = who(
        "__MACOSX/", ".ipynb_checkpoints/", ".git/", "._ada.zip", "Thumbs.db", "list.csv", "ada/"
    )

    assert shares == [None] * 6 + [Share(Person("ada"))]


@pytest.mark.parametrize(
    "name",
    [
        "@eaDir/", "#recycle/", "#snapshot/", "@Recycle/", "@Recently-Snapshot/", "@tmp/", "~snapshot/",
        "$RECYCLE.BIN/", "$Recycle.Bin/", "RECYCLER/", "System Volume Information/", "found.000/", "MSOCache/",
        "_gsdata_/", ".dropbox.cache/", ".Trash-1000/", "lost+found/", ".stfolder/", "OneDriveTemp/", ".fseventsd/",
        ".Spotlight-V100/", "Network Trash Folder/", "Temporary Items/", "Icon\r", "__MACOSX (1)/", "__pycache__/",
        "~$doc.docx", "~$ada.zip", "desktop.ini", "ehthumbs.db", ".~lock.marks.csv#", "ada.zip.crdownload", "ada.zip.part",
    ],
)  # fmt: skip
def test_what_systems_clouds_and_disks_leave_is_nobodys(name):
    """Nor is it named among what belongs to no student."""
    assert who(name, "ada/") == [None, Share(Person("ada"))]
    assert is_hidden(name.rstrip("/"))


@pytest.mark.parametrize(
    "name", ["recycle", "ada~", "@ada", "tmp", "part", "Thumbs", "found", "lost", "snapshot"]
)
def test_people_may_be_called_alike(name):
    """Only the whole name counts."""
    assert who(f"{name}/") == [Share(Person(name))]


@pytest.mark.parametrize(
    ("accounts", "texts", "expected"),
    [
        (["anna_1", "anna_2"], False, ["anna_1", "anna_2"]),
        (["anna_k", "anna_b"], False, ["anna_k", "anna_b"]),
        (["anna_k", "anna_kl"], True, ["anna_k", "anna_kl"]),
        (["anna_smith", "anna_stone"], True, ["anna_smith", "anna_stone"]),
        (["jo_ann"], True, ["jo_ann"]),
        (["4711234", "4711235"], False, ["4711234", "4711235"]),
        (["al", "bo"], True, ["al", "bo"]),
    ],
)
@pytest.mark.parametrize("lab", ["Lab 2", "Lab_2", "Übung 2_b"])
def test_accounts_of_blackboard_may_have_underscores(lab, accounts, texts, expected):
    """Its own texts say where the assignment's name ends; without them no account is a mere number."""
    start = [f"{lab}_{account}_attempt_2026-11-02-10-20-30" for account in accounts]
    files = {f"{each}_hebb.py": b"" for each in start}
    if texts:
        names = [
            f"\ufeffName: Jo (Jr) Ann ({account})\r\nAssignment: {lab}" for account in accounts
        ]
        files |= {f"{each}.txt": name.encode() for each, name in zip(start, names, strict=True)}
    shares = share_out([(name, False) for name in files], files.__getitem__)

    assert [share.person.name for share in shares] == expected * (1 + texts)


def test_an_attempt_is_dated():
    """A later attempt is greater."""
    first, second = who(*(f"Lab_bo_attempt_2026-11-0{day}-10-20-30_hebb.py" for day in (9, 2)))

    assert first.person == second.person
    assert first.attempt > second.attempt


def test_an_attempt_of_brightspace_has_an_order():
    """Its months are words, and noon comes after nine."""
    first, second, unknown = who(
        *(f"12-77 - Bo - {at}/" for at in ("Oct 3, 2026 1215 PM", "Sep 30, 2026 930 PM", "3/4/26"))
    )

    assert first.attempt > second.attempt > unknown.attempt == ""


def test_gradescopes_list_says_whose_a_folder_is():
    """By name, and of a group by all names; what the list does not say stays the folder's."""
    text = (
        "submission_1:\n  :submitters:\n  - :name: Ada Ó\n    :sid: '7'\n    :email: a@x.org\n  :created_at: 2026\n"
        "  :results:\n    tests:\n    - :name: not a person\n"
        "submission_22:\n  :submitters:\n  - :name: 'Bo: B'\n  - :name: Cy\n  :created_at: 2026\n"
    )
    folders = ["submission_1", "submission_22", "submission_3"]
    names = [(name, True) for name in folders] + [("submission_metadata.yml", False)]
    shares = share_out(names, {"submission_metadata.yml": text.encode()}.__getitem__)

    assert [s and (s.person.name, s.person.platform_id) for s in shares] == [
        *(("Ada Ó", "1"), ("Bo: B and Cy", "22"), ("submission_3", "3"), None)
    ]
    assert [s and s.person.name for s in share_out(names)] == [*folders, None]


def test_late_is_read_where_nobody_has_a_name():
    """Canvas writes it before what stands for the name."""
    late, other = who("LATE_anon_x7K_9001_hebb.py", "anon_aB3_9002_hebb.py")

    assert (late.is_late, other.is_late) == (True, False)


def test_names_are_composed():
    """A Mac writes an accent as a sign of its own."""
    (share,) = who(unicodedata.normalize("NFD", "müllerjosé") + "_301_9001_hebb.py")

    assert share.person == Person("müllerjosé", "301")
