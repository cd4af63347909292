# Shared by ./run, ./check and the scripts here: packages and the virtual environment. Sourced, not run.

say() { printf '%s\n' "-- $*" >&2; }
fail() { printf '%s\n' "error: $*" >&2; exit 1; }

# as_root COMMAND...: run it as root, by sudo when we are not.
as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; return; fi
  command -v sudo >/dev/null || fail "this needs root: start as root, or install sudo. It would run: $*"
  sudo true || fail "this needs root: start as root, or in a terminal as a user whom sudo allows it. It would run: $*"
  sudo "$@"
}

# enabled_units: what systemd starts with the machine; nothing where there is no systemd.
enabled_units() { { systemctl list-unit-files --state=enabled --no-legend --plain 2>/dev/null || true; } | awk '{ print $1 }' | LC_ALL=C sort; }

# need_packages NAME...: install the Debian packages that are not there.
need_packages() {
  local missing=() brought=() name before
  for name in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  say "installing Debian packages: ${missing[*]}"
  # Nothing that a package brings is started, now or with the machine: we start what we need ourselves. RUNLEVEL is for
  # machines without systemd.
  local quiet=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 SYSTEMD_OFFLINE=1)
  before=$(enabled_units)
  as_root "${quiet[@]}" apt-get update -q >/dev/null
  as_root "${quiet[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null
  mapfile -t brought < <(LC_ALL=C comm -13 <(printf '%s\n' "$before") <(enabled_units))
  [[ ${#brought[@]} -gt 0 ]] || return 0
  say "keeping from starting with the machine: ${brought[*]}"
  as_root systemctl --quiet disable "${brought[@]}"
}

# need_venv FILE: the virtual environment .venv holds exactly what the locked requirements FILE names, or more. What was
# broken off while it was made, or while packages went in, is made anew.
need_venv() {
  local wanted stamp=.venv/.installed-$1 unfinished=.venv/.unfinished
  wanted=$(sha256sum "$1")
  [[ ! -e $unfinished && -f $stamp && $(<"$stamp") == "$wanted" ]] && return 0
  if [[ -e $unfinished ]] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' ||
      fail "$(python3 --version) found, Python 3.11 to 3.14 is needed"
    say "making the virtual environment .venv"
    rm -rf .venv
    mkdir .venv
    : >"$unfinished"
    python3 -m venv .venv
  fi
  : >"$unfinished"
  say "installing the Python packages of $1 into .venv"
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$1"
  printf '%s' "$wanted" >"$stamp"
  rm "$unfinished"
}
