#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a virtual environment: python-venv.sh NAME REQUIREMENTS. It lies in $PEDIGREE_PEERS/NAME and has exactly the packages
# of the requirements file, which names every one of them with its version.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/peers-folder.sh"

[ $# -eq 2 ] || { echo 'usage: python-venv.sh NAME REQUIREMENTS' >&2; exit 64; }
folder=$peers/$1
requirements=$2
mark=$folder/.complete
cmp --silent "$mark" "$requirements" && exit 0
rm -rf -- "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --no-deps --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$mark"
