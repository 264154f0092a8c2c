#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An MLflow tracking server and client in $PEDIGREE_PEERS/mlflow, without the machine-learning libraries that a server does
# not load.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/peers-folder.sh"

"$tool/python-venv.sh" mlflow "$tool/mlflow-requirements.txt"
