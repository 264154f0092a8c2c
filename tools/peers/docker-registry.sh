#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unpacks Debian's docker-registry (distribution 2.8, which has no referrers API) into $PEDIGREE_PEERS/bin/docker-registry.
# The package is not installed: that would start a service. Its version is the one of the Debian release.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/peers-folder.sh"

mark=$peers/docker-registry-2.8
[ ! -e "$mark" ] || exit 0
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
apt-get download --quiet docker-registry || { apt-get update --quiet; apt-get download --quiet docker-registry; }
dpkg-deb --extract docker-registry_2.8*.deb .
cp usr/bin/docker-registry "$peers/bin/docker-registry"
touch "$mark"
