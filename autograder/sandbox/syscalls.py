"""System calls that code which only computes has no use for, and their numbers.

A list of what is refused, not of what is allowed: numpy, the C library and Python need other calls
on every machine and in every version. Calls newer than the list are refused by their number.
"""

import re

__all__ = ["DENIED", "FIRST_UNKNOWN", "LOOKED_INTO", "MACHINES"]

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""By machine: the column in the tables below, and the kernel's number for the machine."""

FIRST_UNKNOWN = 463
"""Calls from this number on are newer than these tables: they do not exist in the sandbox."""


def _table(text: str) -> dict[str, tuple[int | None, int | None]]:
    """Read rows of a call's name and its number on each machine, or - where that does not have it."""
    rows = re.findall(r"(\w+) +(\d+|-) +(\d+|-)", text)
    return {name: (_number(intel), _number(arm)) for name, intel, arm in rows}


def _number(cell: str) -> int | None:
    return None if cell == "-" else int(cell)


DENIED = _table("""
# reach into another process
ptrace                  101 117  process_vm_readv        310 270  process_vm_writev       311 271
kcmp                    312 272  process_madvise         440 440  process_mrelease        448 448
pidfd_open              434 434  pidfd_getfd             438 438
# signal another process, or slow it down
kill                     62 129  tkill                   200 130  tgkill                  234 131
rt_sigqueueinfo         129 138  rt_tgsigqueueinfo       297 240  pidfd_send_signal       424 424
setpriority             141 140  ioprio_set              251  30  sched_setaffinity       203 122
sched_setattr           314 274  sched_setparam          142 118  sched_setscheduler      144 119
migrate_pages           256 238  move_pages              279 239
# start a program, a process or a thread, or leave the session
execve                   59 221  execveat                322 281  fork                     57   -
vfork                    58   -  clone                    56 220  clone3                  435 435
setsid                  112 157  setpgid                 109 154
# talk to anybody
socket                   41 198  socketpair               53 199
# talk through the kernel's old queues, whoever has made them: using one needs only its number
shmget                   29 194  shmat                    30 196  shmdt                    67 197
shmctl                   31 195  msgget                   68 186  msgsnd                   69 189
msgrcv                   70 188  msgctl                   71 187  semget                   64 190
semop                    65 193  semtimedop              220 192  semctl                   66 191
mq_open                 240 180  mq_unlink               241 181  mq_timedsend            242 182
mq_timedreceive         243 183  mq_notify               244 184  mq_getsetattr           245 185
# hold memory that no limit counts, or what all users of the machine share
memfd_create            319 279  memfd_secret            447 447  mlock                   149 228
mlock2                  325 284  mlockall                151 230  fallocate               285  47
vmsplice                278  75  splice                  275  76  tee                     276  77
io_setup                206   0  io_destroy              207   1  io_submit               209   2
io_cancel               210   3  io_getevents            208   4  io_pgetevents           333 292
# change the view of the system
unshare                 272  97  setns                   308 268  mount                   165  40
umount2                 166  39  pivot_root              155  41  chroot                  161  51
fsopen                  430 430  fspick                  433 433  fsconfig                431 431
fsmount                 432 432  move_mount              429 429  open_tree               428 428
mount_setattr           442 442  open_by_handle_at       304 265  name_to_handle_at       303 264
statmount               457 457  listmount               458 458
# change files without opening them, which Landlock does not see
chmod                    90   -  fchmod                   91  52  fchmodat                268  53
fchmodat2               452 452  chown                    92   -  fchown                   93  55
lchown                   94   -  fchownat                260  54  utime                   132   -
utimes                  235   -  utimensat               280  88  futimesat               261   -
setxattr                188   5  lsetxattr               189   6  fsetxattr               190   7
removexattr             197  14  lremovexattr            198  15  fremovexattr            199  16
link                     86   -  linkat                  265  37  symlink                  88   -
symlinkat               266  36  mknod                   133   -  mknodat                 259  33
truncate                 76  45  openat2                 437 437
# watch other people's files, lock them, or make the whole machine write
flock                    73  32  sync                    162  81  syncfs                  306 267
inotify_add_watch       254  27  fanotify_mark           301 263  inotify_init            253   -
inotify_init1           294  26  fanotify_init           300 262
# change who the process is
setuid                  105 146  setgid                  106 144  setreuid                113 145
setregid                114 143  setresuid               117 147  setresgid               119 149
setfsuid                122 151  setfsgid                123 152  setgroups               116 159
capset                  126  91
# administer the machine
init_module             175 105  finit_module            313 273  delete_module           176 106
kexec_load              246 104  kexec_file_load         320 294  reboot                  169 142
swapon                  167 224  swapoff                 168 225  acct                    163  89
quotactl                179  60  quotactl_fd             443 443  syslog                  103 116
personality             135  92  ioperm                  173   -  iopl                    172   -
modify_ldt              154   -  sethostname             170 161  setdomainname           171 162
vhangup                 153  58  settimeofday            164 170  clock_settime           227 112
adjtimex                159 171  clock_adjtime           305 266  lookup_dcookie          212  18
# reach seldom used parts of the kernel
bpf                     321 280  perf_event_open         298 241  userfaultfd             323 282
io_uring_setup          425 425  io_uring_enter          426 426  io_uring_register       427 427
seccomp                 317 277  landlock_create_ruleset 444 444  landlock_add_rule       445 445
landlock_restrict_self  446 446  lsm_set_self_attr       460 460  remap_file_pages        216 234
uselib                  134   -  keyctl                  250 219  add_key                 248 217
request_key             249 218
""")
"""Refused as such, under what they would do."""

LOOKED_INTO = _table("""
prctl                   157 167  prlimit64               302 261  fcntl                    72  25
ioctl                    16  29  open                      2   -  openat                  257  56
""")
"""Refused with some arguments, or allowed with some only: see seccomp."""
