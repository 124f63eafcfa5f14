# Shared by the scripts of this folder: narration, and the packages that a fresh Debian machine lacks.
# Sourced, never run.

if [ -t 1 ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' dim='' red='' green='' plain=''
fi

say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '%s   %s%s\n' "$dim" "$*" "$plain"; }
fail() {
    printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
    exit 1
}

# Runs a command as root: directly, or through sudo where that asks for nothing or can ask a person.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        sudo "$@"
    else
        return 127
    fi
}

# install_packages NAME…: installs those Debian packages of the list that are not there yet.
install_packages() {
    local missing=() name log
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    note "installing ${missing[*]}"
    log=$(mktemp "${TMPDIR:-/tmp}/postern-apt.XXXXXX")
    if ! { as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive apt-get \
        -o DPkg::Lock::Timeout=120 install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        rm -f "$log"
        fail "could not install ${missing[*]}; as root, run: apt-get update && apt-get install ${missing[*]}"
    fi
    rm -f "$log"
}

# need_packages COMMAND NAME…: installs NAME… unless COMMAND succeeds already (the machine may not be a Debian one).
need_packages() {
    local check=$1
    shift
    if bash -c "$check" >/dev/null 2>&1; then return 0; fi
    command -v apt-get >/dev/null || fail "this needs $* and there is no apt-get here; install them and run this again"
    install_packages "$@"
    bash -c "$check" >/dev/null 2>&1 || fail "$* did not bring what is needed: \`$check\` still fails"
}

need_swift() {
    command -v swift >/dev/null || fail "there is no \`swift\` on the PATH; see https://www.swift.org/install/linux/"
}

# The C libraries that the build needs; zlib's is for the HTTP client that fetches keys.
need_libraries() {
    need_packages 'pkg-config --exists jansson' libjansson-dev pkg-config
    need_packages 'pkg-config --exists zlib' zlib1g-dev pkg-config
}
