#!/bin/sh
# Measures. `./bench.sh list` names what; JOBLINEAGE_BENCH_POSTGRES=<connection string> measures on a server of yours.
set -eu
cd "$(dirname "$0")"
exec dotnet run --project bench -c Release --verbosity quiet -- "$@"
