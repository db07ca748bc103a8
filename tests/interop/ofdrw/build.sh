#!/bin/sh
# Builds the tool when it is missing or older than its sources, and prints where its jar is.
# Offline first: a machine whose local repository has everything needs no network.
set -eu
cd "$(dirname "$0")"
jar=$PWD/target/ofdrw-tool.jar

is_fresh() {
    [ -f "$jar" ] && [ -z "$(find pom.xml src -newer "$jar" -print | head -n 1)" ]
}

package() {
    # everything is compiled in one second; incremental builds would keep deleted classes
    rm -rf target
    mvn -q -B "$@" package >"$log" 2>&1
}

exec 9<.
flock 9 # test processes that start at the same time share one build
if ! is_fresh; then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ! package -o && ! package; then
        cat "$log" >&2
        exit 1
    fi
fi
printf '%s\n' "$jar"
