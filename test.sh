#!/usr/bin/env bash
# Sets up and runs the tests; further arguments go to `dotnet test` (./test.sh --filter FullyQualifiedName~Lineage).
# Of the long random trials a part runs; with --all more of them do (README.md, "Tests"), which takes about three times as long.
# The last line is `N passed, N failed`; the exit code is 0 only when something ran and all of it passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source build/ensure.sh

arguments=()
for argument in "$@"; do
    if [[ $argument == --all ]]; then
        # Read by JobLineage.Tests/Support/TrialScope.cs.
        export JOBLINEAGE_TRIALS=all
    else
        arguments+=("$argument")
    fi
done

# The counts of all .trx files in a folder, as: passed failed skipped.
tally() {
    { grep -ohs '<Counters [^>]*' "$1"/*.trx || true; } | awk '
        function count(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : 0 }
        { passed += count("passed"); failed += count("failed") + count("error") + count("timeout") + count("aborted"); skipped += count("total") - count("executed") }
        END { print passed + 0, failed + 0, skipped + 0 }'
}

ensure_dotnet
ensure_postgres
ensure_chromium
ensure_pgbouncer

say "Restoring packages"
quietly dotnet restore JobLineage.sln -v q || die "The packages could not be restored: see above."
say "Building (Release)"
quietly dotnet build JobLineage.sln -c Release --no-restore -v q -nologo || die "The build failed: see above."

good=true
# The build has held all rules of style and analysis, as errors, and a test looks at the order of imports. What is left (the last
# line's end, kinds of line ends, byte order marks) takes no compilation: a second one, with all analyzers, would be minutes.
say "Checking the format"
if ! dotnet format whitespace . --folder --exclude '**/bin/' --exclude '**/obj/' --verify-no-changes >&2; then
    say "The code is not formatted: run \`dotnet format\`."
    good=false
fi

say "Running the tests"
results=$(mktemp -d)
finished=true
trap 'rm -rf "$results"' EXIT
dotnet test JobLineage.Tests -c Release --no-build -nologo --logger trx --logger "console;verbosity=minimal" --results-directory "$results" "${arguments[@]+"${arguments[@]}"}" || finished=false

read -r passed failed skipped <<<"$(tally "$results")"
if ((passed + failed == 0)); then
    say "No test ran."
    good=false
elif ! $finished && ((failed == 0)); then
    say "The test run broke off, which counts as a failure: see above."
    failed=1
fi
printf '%s passed, %s failed' "$passed" "$failed"
((skipped == 0)) || printf ', %s skipped' "$skipped"
printf '\n'
$good && ((failed == 0))
