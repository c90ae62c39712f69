#!/bin/sh
# The main job, from stubs to full marks, on real files. `make demo` runs it.
set -eu
cd "$(dirname "$0")/../.."
work=.nnlab/demo
rm -rf "$work"

say() { printf '\n━━ %s\n\n' "$1"; }

# Runs a command that must end with this exit code.
expect() {
    wanted=$1
    shift
    printf '$ %s\n' "$*"
    code=0
    "$@" || code=$?
    if [ "$code" -ne "$wanted" ]; then
        echo "expected exit code $wanted, got $code" >&2
        exit 1
    fi
}

say "The stubs are cut from the engine: docstrings stay, bodies go"
expect 0 nnlab release --out "$work/assignments"

say "Nothing is written yet: every lab has 0 points (the first time, what the reference answers is recorded)"
expect 1 nnlab grade "$work/assignments"

say "A student's attempt: three mistakes, each of them named"
expect 1 nnlab grade docs/demo/three_mistakes

say "The reference gets full marks in every lab"
expect 0 nnlab grade nnlab
