#!/bin/sh
# Writes test/fixtures again. Arguments name parts (tokenizers images models numeric evaluate
# versions); all by default. PYTHON chooses the interpreter that has requirements.txt installed.
set -eu
cd "$(dirname "$0")"
exec "${PYTHON:-python3}" -W ignore -m oracle "$@"
