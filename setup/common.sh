# Shared by ./run, ./check and the scripts here: packages and the virtual environment. Sourced, not run.

say() { printf '%s\n' "-- $*" >&2; }
fail() { printf '%s\n' "error: $*" >&2; exit 1; }

# be_root COMMAND...: see to it that `by_root` before this command runs it as root; by sudo when we are not.
by_root=()
be_root() {
  [[ $EUID -ne 0 ]] || return 0
  command -v sudo >/dev/null || fail "this needs root: start as root, or install sudo. It would run: $*"
  sudo true || fail "this needs root: start as root, or in a terminal as a user whom sudo allows it. It would run: $*"
  by_root=(sudo)
}

# as_root COMMAND...: run it as root.
as_root() { be_root "$@" && "${by_root[@]}" "$@"; }

# heed COMMAND...: run what may take long as a job, for only while it waits for one bash hears of a signal at once: in the midst of
# a plain command it would hear of it when that has ended. Who is started in the background ignores SIGINT, and so would what we start.
jobs=()
heed() {
  local status=0
  env --default-signal=INT "$@" </dev/null &
  jobs=("$!")
  wait "$!" || status=$?
  jobs=()
  return "$status"
}
heed_as_root() { be_root "$@" && heed "${by_root[@]}" "$@"; }

# stop_jobs: let what runs stop, each by its own way of stopping. What takes longer than `most` tenths of a second is killed.
most=300
stop_jobs() {
  local tenths=0 job
  for job in "${jobs[@]}"; do signal INT "$job"; done
  while [[ -n $(jobs -pr) && tenths -lt most ]]; do
    sleep 0.1 || true
    tenths=$((tenths + 1))
  done
  for job in $(jobs -pr); do
    say "killing what did not stop: process $job and those of its group"
    signal KILL "$job"
  done
  wait || true
}

# signal NAME JOB: to a job that is not ours, but root's, as root. From a session of its own: sudo hands on no signal of its own group.
signal() {
  if [[ $1 == KILL ]] && kill -KILL -- "-$2" 2>/dev/null; then return; fi
  kill "-$1" "$2" 2>/dev/null || [[ $EUID -eq 0 ]] || sudo -n setsid kill "-$1" "$2" 2>/dev/null || true
}

# interrupted NAME STATUS: stop what runs, say so and end. At the next signal what still runs is killed.
interrupted() {
  trap 'most=0' INT TERM
  printf '\n== interrupted by %s, stopping\n' "$1"
  stop_jobs
  last_words
  printf '== interrupted by %s\n' "$1"
  exit "$2"
}
last_words() { :; }

# heed_signals: from now on a signal interrupts us.
heed_signals() {
  trap 'interrupted SIGINT 130' INT
  trap 'interrupted SIGTERM 143' TERM
}

# enabled_units: what systemd starts with the machine; nothing where there is no systemd.
enabled_units() { { systemctl list-unit-files --state=enabled --no-legend --plain 2>/dev/null || true; } | awk '{ print $1 }' | LC_ALL=C sort; }

# keep_from_starting: what has been brought since `units_before` is not started with the machine.
keep_from_starting() {
  local brought=()
  mapfile -t brought < <(LC_ALL=C comm -13 <(printf '%s\n' "$units_before") <(enabled_units))
  [[ ${#brought[@]} -gt 0 ]] || return 0
  say "keeping from starting with the machine: ${brought[*]}"
  as_root systemctl --quiet disable "${brought[@]}"
}

# need_packages NAME...: install the Debian packages that are not there, those that an interrupted start left half installed too.
need_packages() {
  local missing=() name
  for name in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  say "installing Debian packages: ${missing[*]}"
  # Nothing that a package brings is started, now or with the machine: we start what we need ourselves. RUNLEVEL is for
  # machines without systemd.
  local quiet=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 SYSTEMD_OFFLINE=1 sh -c 'exec "$@" >/dev/null' sh)
  units_before=$(enabled_units)
  trap keep_from_starting EXIT # also of what is interrupted
  heed_as_root "${quiet[@]}" apt-get update -q
  heed_as_root "${quiet[@]}" dpkg --configure -a || true # if it cannot, apt-get tells
  heed_as_root "${quiet[@]}" apt-get install -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends "${missing[@]}"
  keep_from_starting
  trap - EXIT
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
    heed python3 -m venv .venv
  fi
  : >"$unfinished"
  say "installing the Python packages of $1 into .venv"
  heed .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$1"
  printf '%s' "$wanted" >"$stamp"
  rm "$unfinished"
}
