#!/bin/sh
# Resolve the four sets again, each held to the versions of the largest, so that all agree. Run after editing an .in file.
set -eu
cd "$(dirname "$0")"
lock() {
  uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --quiet --output-file "$2" "$1" ${3:+--constraint "$3"}
}
lock dev.in dev.txt
lock local.in local.txt dev.txt
lock training.in training.txt dev.txt
lock app.in ../requirements.txt dev.txt
lock uv.in uv.txt
