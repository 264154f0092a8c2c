#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command beside a fresh Neo4j: with-neo4j.sh COMMAND [ARGUMENT…]
# The server has a free port and an empty home of its own, so that it never meets one that runs already; the command finds it
# in PEDIGREE_TEST_NEO4J. Stops the one process it started and ends with the command's exit code.
# NEO4J_LIB and NEO4J_HEAP as in start.sh.
set -euo pipefail

[ $# -gt 0 ] || { echo 'usage: with-neo4j.sh COMMAND [ARGUMENT…]' >&2; exit 64; }
tool=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$tool/../.." && pwd)
node=$project/node_modules/.bin/node

mkdir -p "$project/.neo4j"
home=$(mktemp -d "$project/.neo4j/fresh.XXXXXX")
server=
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf -- "$home"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

NEO4J_PORT=$("$node" -e "
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
    console.log(server.address().port);
    server.close();
  });")
export NEO4J_PORT NEO4J_DIR=$home
export PEDIGREE_TEST_NEO4J=neo4j://127.0.0.1:$NEO4J_PORT
export PEDIGREE_TEST_NEO4J_PASSWORD=${PEDIGREE_TEST_NEO4J_PASSWORD:-pedigree-test}
NEO4J_PASSWORD=$PEDIGREE_TEST_NEO4J_PASSWORD "$tool/start.sh" >"$home/output.log" 2>&1 &
server=$!

if ! "$node" "$tool/wait-ready.ts" "$server"; then
  tail -n 40 "$home/output.log" >&2
  exit 69
fi
"$@"
