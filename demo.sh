#!/usr/bin/env bash
# Sets up and runs everything on a fresh machine, with live pipelines to look at: ./demo.sh [--urls URL] [--speed N]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$root/build/ensure.sh"

ensure_dotnet
ensure_postgres
say "Building (Release)"
quietly dotnet build "$root/JobLineage.Dashboard" -c Release -v q -nologo || die "The build failed: see above."
exec "$root/joblineage" demo "$@"
