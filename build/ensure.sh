# shellcheck shell=bash
# Sourced by the scripts at the root: finds what they need and installs what is missing with the system's package manager.
# All that is said goes to stderr, so that stdout stays what a program printed.

say() { printf '==> %s\n' "$*" >&2; }

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Runs a command and shows what it printed only when it failed.
quietly() {
    local log good=true
    log=$(mktemp)
    "$@" >"$log" 2>&1 || good=false
    $good || cat "$log" >&2
    rm -f "$log"
    $good
}

# A .NET 10 SDK on PATH; one that lies in a usual folder is put there.
ensure_dotnet() {
    local folder
    for folder in "" "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
        if [[ -z $folder ]]; then
            has_sdk dotnet && break
        elif has_sdk "$folder/dotnet"; then
            export DOTNET_ROOT=$folder PATH="$folder:$PATH"
            break
        fi
    done
    has_sdk dotnet || die "A .NET 10 SDK is needed and none was found: install one from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again."
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
}

has_sdk() { "$1" --list-sdks 2>/dev/null | grep -q '^10\.'; }

# The server's programs alone: no server has to run, and none is started.
ensure_postgres() {
    find_postgres >/dev/null && return
    install_packages PostgreSQL apt-get=postgresql dnf=postgresql-server apk=postgresql brew=postgresql@17
    find_postgres >/dev/null || die "PostgreSQL was installed but its server programs (initdb, pg_ctl, postgres) were not found: add their folder to PATH and run this again."
}

# The folder that holds a whole server. The places are those of JobLineage.Core/Embedded/PostgresBinaries.cs.
find_postgres() {
    local folder path_folders
    IFS=: read -r -a path_folders <<<"$PATH"
    for folder in "${path_folders[@]}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/lib/postgresql*/bin /usr/libexec/postgresql* \
        /usr/local/pgsql*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /Applications/Postgres.app/Contents/Versions/*/bin; do
        if [[ -x $folder/initdb && -x $folder/pg_ctl && -x $folder/postgres ]]; then
            printf '%s\n' "$folder"
            return
        fi
    done
    return 1
}

# A pooler for the tests of stores behind one; none is started but by the tests.
ensure_pgbouncer() {
    find_pgbouncer >/dev/null && return
    install_packages pgbouncer apt-get=pgbouncer dnf=pgbouncer apk=pgbouncer brew=pgbouncer
    find_pgbouncer >/dev/null || die "pgbouncer was installed and not found: put it in /usr/sbin, /usr/bin, /usr/local/bin or /opt/homebrew/bin and run this again."
}

# The places are those of JobLineage.Tests/Store/PoolerTests.cs.
find_pgbouncer() {
    local place
    for place in /usr/sbin/pgbouncer /usr/bin/pgbouncer /usr/local/bin/pgbouncer /opt/homebrew/bin/pgbouncer; do
        if [[ -x $place ]]; then
            printf '%s\n' "$place"
            return
        fi
    done
    return 1
}

# A Chromium for the browser tests; they are told where it is by JOBLINEAGE_CHROMIUM.
ensure_chromium() {
    # The one that has no windows at all takes a third of the processor of the other; not every system has it.
    if ! JOBLINEAGE_CHROMIUM=$(find_chromium) && [[ $(package_manager) == apt-get ]]; then
        (install_packages Chromium "apt-get=chromium-headless-shell fonts-liberation") || say "There is no chromium-headless-shell here; the whole browser does as well"
    fi
    if ! JOBLINEAGE_CHROMIUM=$(find_chromium); then
        install_packages Chromium "apt-get=chromium fonts-liberation" dnf=chromium apk=chromium "brew=--cask chromium"
        JOBLINEAGE_CHROMIUM=$(find_chromium) || die "Chromium was installed but not found: set JOBLINEAGE_CHROMIUM to its program and run this again."
    fi
    export JOBLINEAGE_CHROMIUM
}

find_chromium() {
    local name
    for name in "${JOBLINEAGE_CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        # Not -n first: an empty name is no command.
        command -v "$name" 2>/dev/null && return
    done
    return 1
}

# install_packages WHAT manager=packages…
install_packages() {
    local what=$1 manager packages=() choice log
    shift
    manager=$(package_manager) || die "$what is needed and this system's package manager is not one of apt-get, dnf, apk and brew: install it by hand and run this again."
    for choice in "$@"; do
        if [[ $choice == "$manager="* ]]; then
            read -r -a packages <<<"${choice#*=}"
        fi
    done

    local install
    case $manager in
        apt-get) install=(apt-get install -y --no-install-recommends) ;;
        dnf) install=(dnf install -y) ;;
        apk) install=(apk add) ;;
        brew) install=(brew install) ;;
    esac

    local root=()
    if [[ $manager != brew && $EUID -ne 0 ]]; then
        command -v sudo >/dev/null || die "$what is needed and installing it takes root: run \`${install[*]} ${packages[*]}\` as root, then this again."
        root=(sudo)
    fi

    say "Installing $what (${root[*]:+${root[*]} }${install[*]} ${packages[*]})"
    log=$(mktemp)
    if [[ $manager == apt-get ]]; then
        install=(env DEBIAN_FRONTEND=noninteractive "${install[@]}")
        # A fresh system has no package lists, an old one has lists whose files are gone.
        "${root[@]+"${root[@]}"}" apt-get update >"$log" 2>&1 || say "apt-get update failed; trying with the lists that are there"
        without_system_cluster "${root[@]+"${root[@]}"}"
    fi
    local installed=true
    "${root[@]+"${root[@]}"}" "${install[@]}" "${packages[@]}" >>"$log" 2>&1 || installed=false
    with_system_cluster "${root[@]+"${root[@]}"}"
    if ! $installed; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        die "$what is needed and could not be installed with $manager: see above, install it by hand and run this again."
    fi
    rm -f "$log"
}

package_manager() {
    local manager
    for manager in apt-get dnf apk brew; do
        if command -v "$manager" >/dev/null; then
            printf '%s\n' "$manager"
            return
        fi
    done
    return 1
}

# Debian's package makes and starts a cluster of its own, on the port where people expect theirs; nothing here needs it.
no_cluster_file=/etc/postgresql-common/createcluster.d/joblineage.conf

without_system_cluster() {
    "$@" mkdir -p "${no_cluster_file%/*}"
    printf 'create_main_cluster = false\n' | "$@" tee "$no_cluster_file" >/dev/null
}

with_system_cluster() {
    [[ ! -e $no_cluster_file ]] || "$@" rm -f "$no_cluster_file"
}
