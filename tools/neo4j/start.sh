#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a real Neo4j Community 5.26 in the foreground; Ctrl-C or SIGTERM stops it. Needs java 17 or newer, and mvn the first time.
#
#   NEO4J_PORT       Bolt port on loopback       7687
#   NEO4J_PASSWORD   password of user neo4j      pedigree-test   (taken when the home is new)
#   NEO4J_DIR        home: data, logs, conf      .neo4j/home
#   NEO4J_LIB        folder of the jars          .neo4j/lib
#   NEO4J_HEAP       Java heap                   512m
#   NEO4J_PAGECACHE  page cache                  256m
set -euo pipefail

version=5.26.30
tool=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$tool/../.." && pwd)
home=${NEO4J_DIR:-$project/.neo4j/home}
lib=${NEO4J_LIB:-$project/.neo4j/lib}
port=${NEO4J_PORT:-7687}
heap=${NEO4J_HEAP:-512m}
mark=$lib/.complete-$version

command -v java >/dev/null || { echo 'java is not here: install a JRE, 17 or newer' >&2; exit 69; }

if [ ! -e "$mark" ]; then
  command -v mvn >/dev/null || { echo 'mvn is not here: it fetches the Neo4j jars once' >&2; exit 69; }
  echo "fetching Neo4j $version (about 125 MB, once)" >&2
  mkdir -p "$lib"
  mvn --quiet --batch-mode --file "$tool/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$lib" >&2
  touch "$mark"
fi

mkdir -p "$home/conf" "$home/data" "$home/logs" "$home/run" "$home/plugins" "$home/import"
{
  echo 'server.default_listen_address=127.0.0.1'
  echo "server.bolt.listen_address=127.0.0.1:$port"
  # a neo4j:// driver connects to the address that the routing table names
  echo "server.bolt.advertised_address=127.0.0.1:$port"
  echo 'server.http.enabled=false'
  echo 'dbms.security.auth_enabled=true'
  echo 'dbms.usage_report.enabled=false'
  echo "server.memory.pagecache.size=${NEO4J_PAGECACHE:-256m}"
  # 256 MB for every new home otherwise
  echo 'db.tx_log.preallocate=false'
} >"$home/conf/neo4j.conf"

export NEO4J_HOME=$home NEO4J_CONF=$home/conf
if [ ! -e "$home/data/databases" ]; then
  java -cp "$lib/*" org.neo4j.cli.AdminTool dbms set-initial-password "${NEO4J_PASSWORD:-pedigree-test}" >&2
fi

# what the page cache and Netty reach into by reflection
exec java -cp "$lib/*" "-Xms$heap" "-Xmx$heap" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError \
  --add-opens=java.base/java.nio=ALL-UNNAMED \
  --add-opens=java.base/java.io=ALL-UNNAMED \
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED \
  --add-opens=java.base/java.util.concurrent=ALL-UNNAMED \
  -Dio.netty.tryReflectionSetAccessible=true -Dlog4j2.disable.jmx=true \
  org.neo4j.server.CommunityEntryPoint "--home-dir=$home" "--config-dir=$home/conf"
