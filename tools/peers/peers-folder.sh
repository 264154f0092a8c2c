# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: sets `tool` and `peers`, the folder that other people's servers and tools are put into.
tool=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peers=${PEDIGREE_PEERS:-$(cd "$tool/../.." && pwd)/node_modules/.cache/pedigree-peers}
mkdir -p "$peers/bin"
