#!/bin/sh
# Builds the program when it is missing or older than its sources, and prints where it is.
# Offline first: a machine whose cargo has the crates needs no network.
set -eu
cd "$(dirname "$0")"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export CARGO_TARGET_DIR="$PWD/target"
if ! cargo build -q --release --locked --offline >"$log" 2>&1 &&
    ! cargo build -q --release --locked >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
printf '%s\n' "$PWD/target/release/sm2-oracle"
