#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds an S3 server over a folder, Versity S3 Gateway, into $PEDIGREE_PEERS/bin/versitygw.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/peers-folder.sh"

version=v1.8.0
mark=$peers/versitygw-$version
[ ! -e "$mark" ] || exit 0
GOBIN=$peers/bin go install -trimpath "github.com/versity/versitygw/cmd/versitygw@$version"
touch "$mark"
