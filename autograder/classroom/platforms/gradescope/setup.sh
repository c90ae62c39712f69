#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image: Python 3.11 or newer, numpy, bubblewrap.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive # there is no one to answer

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

apt-get update
apt-get install -y python3 python3-venv
apt-get install -y bubblewrap || true # a second wall around submissions; Landlock alone will do
python=python3
if ! fits "$python"; then # Ubuntu 22.04 has an older one by default
    apt-get install -y python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv /opt/nnlab
/opt/nnlab/bin/python -m pip install --requirement /autograder/source/requirements.txt

# The answer key and the marks are for root alone.
chmod -R go-rwx /autograder/source
