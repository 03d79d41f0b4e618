#!/usr/bin/env bash
# Runs a benchmark: ./bench.sh NAME [args]. Without a name it lists them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$root/build/ensure.sh"

ensure_dotnet
ensure_postgres
[[ ${1:-} != latency ]] || ensure_chromium
say "Building (Release)"
quietly dotnet build "$root/bench/JobLineage.Bench.csproj" -c Release -v q -nologo || die "The build failed: see above."
(($# > 0)) || set -- list
exec dotnet "$root/bench/bin/Release/net10.0/JobLineage.Bench.dll" "$@"
