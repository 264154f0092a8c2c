#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checkers of the documents that we export: in $PEDIGREE_PEERS/bom-checkers the strict validator of cyclonedx-python-lib and
# spdx3-validate; in $PEDIGREE_PEERS/spdx3-model the JSON schema, context and SHACL model of SPDX 3.0.1, as the Java library
# of the SPDX project ships them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/peers-folder.sh"

"$tool/python-venv.sh" bom-checkers "$tool/bom-checkers-requirements.txt"

archive=org.spdx:spdx-v3jsonld-store:1.0.1:jar
folder=$peers/spdx3-model
mark=$folder/.complete
if [ "$(cat "$mark" 2>/dev/null)" = "$archive" ]; then exit 0; fi
rm -rf -- "$folder"
mkdir -p "$folder"
mvn --quiet --batch-mode dependency:copy -Dartifact="$archive" -DoutputDirectory="$folder" \
  -Dmdep.stripVersion=true
python3 -m zipfile --extract "$folder/spdx-v3jsonld-store.jar" "$folder"
echo "$archive" >"$mark"
