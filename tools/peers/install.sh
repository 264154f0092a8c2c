#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every server that the collectors are tested against, and the checkers of what we export. What is there already is left as it is.
set -euo pipefail
tool=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

for peer in docker-registry oci-registry versitygw mlflow bom-checkers; do
  began=$SECONDS
  bash "$tool/$peer.sh"
  echo "$peer: $((SECONDS - began)) s"
done
