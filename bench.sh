#!/usr/bin/env bash
# Runs a benchmark: ./bench.sh NAME [args]. Without a name it lists them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$root/build/ensure.sh"

ensure_dotnet
ensure_postgres
[[ ${1:-} != latency && ${1:-} != graph ]] || ensure_chromium
say "Building (Release)"
quietly dotnet build "$root/bench/JobLineage.Bench.csproj" -c Release -v q -nologo || die "The build failed: see above."
if [[ ${1:-} == graph && -z ${JOBLINEAGE_GRAPH_BEFORE:-} ]]; then
    # The graph as it was before a library carried it, from the history: a program of its own, beside this one.
    before=$root/artifacts/graph-before
    commit=$(<"$root/bench/Graph/before")
    if [[ $(cat "$before/built" 2>/dev/null) != "$commit" ]]; then
        say "Building $commit to compare with"
        rm -rf "$before" && git -C "$root" worktree prune
        git -C "$root" worktree add -q --detach "$before" "$commit" || die "$commit is not in this clone's history: fetch it whole (git fetch --unshallow)."
        quietly dotnet build "$before/JobLineage.Dashboard/JobLineage.Dashboard.csproj" -c Release -v q -nologo || die "The build failed: see above."
        printf '%s' "$commit" > "$before/built"
    fi
    export JOBLINEAGE_GRAPH_BEFORE=$before/JobLineage.Dashboard/bin/Release/net10.0/joblineage.dll
fi
(($# > 0)) || set -- list
exec dotnet "$root/bench/bin/Release/net10.0/JobLineage.Bench.dll" "$@"
