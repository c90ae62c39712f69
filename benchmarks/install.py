"""What the student's edition installs: packages and megabytes, in an environment made for it.

    python benchmarks/install.py [WHEEL]

Without a wheel it takes the one in release/, which `nnlab release` builds.
"""

import subprocess
import sys
import tempfile
import venv
from importlib.metadata import Distribution, distributions
from pathlib import Path

RELEASE = Path(__file__).resolve().parents[1] / "release"
NUMPY = "numpy"
OURS = "nnlab-course"
NOT_COUNTED = ("pip", "setuptools")
"""What an environment has before anything is installed."""


def measure(wheel: Path) -> dict[str, float]:
    """Install a wheel into an empty environment; return the megabytes of each package."""
    with tempfile.TemporaryDirectory(prefix="nnlab-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", str(wheel)], check=True)
        asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        place = subprocess.check_output(asked, text=True).strip()
        found = {dist.name: _megabytes(dist) for dist in distributions(path=[place])}
    return {name: size for name, size in sorted(found.items()) if name not in NOT_COUNTED}


def _megabytes(dist: Distribution) -> float:
    """Add up a package's files as they lie on the disk, compiled ones included."""
    paths = [Path(str(file.locate())) for file in dist.files or []]
    return sum(path.stat().st_size for path in paths if path.exists()) / 1e6


def main() -> int:
    """Print the count."""
    wheels = [Path(name) for name in sys.argv[1:]] or sorted(
        RELEASE.glob(f"{OURS.replace('-', '_')}-*.whl")
    )
    if not wheels or not wheels[0].is_file():
        print("There is no wheel. Build it with: nnlab release", file=sys.stderr)
        return 2
    sizes = measure(wheels[0])
    for name, size in sizes.items():
        print(f"{name:16} {size:6.1f} MB")
    others = [name for name in sizes if name not in {NUMPY, OURS}]
    beyond = sum(size for name, size in sizes.items() if name != NUMPY)
    print(f"{len(others)} packages besides {OURS} and {NUMPY}; without {NUMPY} {beyond:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
