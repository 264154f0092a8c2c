#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the registry of go-containerregistry, with its referrers API, into $PEDIGREE_PEERS/bin/oci-registry.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/peers-folder.sh"

version=$(sed -n 's/.*go-containerregistry \(v[0-9.]*\).*/\1/p' "$tool/oci-registry/go.mod")
mark=$peers/oci-registry-$version
[ ! -e "$mark" ] || exit 0
cd "$tool/oci-registry"
go build -trimpath -o "$peers/bin/oci-registry" .
touch "$mark"
