#!/bin/sh
# Write ml_jobs/conda.yaml, which pins every package of the jobs' image; the training packages as in training.txt.
# Run after editing azure_ml.in or locking training.txt anew.
set -eu
cd "$(dirname "$0")"
same=$(mktemp)
trap 'rm -f "$same"' EXIT
grep -oE '^(numpy|pandas|polars|polars-runtime-32|scikit-learn|scipy|jax|jaxlib|ml-dtypes|optax)==[^ ]+( ; [^\\]+)?' \
  training.txt > "$same"
{
  echo "# Written by requirements/azure_ml.sh: every package of the jobs' image, pinned."
  echo "name: headrace-training"
  echo "channels: [conda-forge]"
  echo "dependencies:"
  echo "  - python=3.11"
  echo "  - pip"
  echo "  - pip:"
  uv pip compile --python-version 3.11 --python-platform x86_64-manylinux_2_28 --no-emit-index-url \
    --no-emit-find-links --no-header --no-annotate --quiet --constraint "$same" azure_ml.in | sed 's/^/      - /'
} > ../ml_jobs/conda.yaml
