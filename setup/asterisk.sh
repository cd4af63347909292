#!/usr/bin/env bash
# Sees to it that there is an Asterisk to start: the installed one when new enough, else a root folder of its own that
# holds Debian unstable's package, in ~/.cache/dealerlijn/asterisk-root. Does nothing when it is there.
#   setup/asterisk.sh [FOLDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. setup/common.sh

# Whoever started us may hear of a signal too and hand it on: we stop once, and sooner than they kill.
most=250
trap "trap '' INT TERM; stop_jobs; exit 130" INT
trap "trap '' INT TERM; stop_jobs; exit 143" TERM

oldest=22.10.1
root=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/dealerlijn/asterisk-root}

version_of() { "$@" -V 2>/dev/null | sed -n 's/^Asterisk \([0-9.]*\).*/\1/p'; }
new_enough() { [[ -n $1 && $(printf '%s\n' "$oldest" "$1" | sort -V | head -n1) == "$oldest" ]]; }

if command -v asterisk >/dev/null && new_enough "$(version_of asterisk)"; then exit 0; fi
need_packages mount # starting it in its root folder takes mounts
if [[ -x $root/usr/sbin/asterisk ]]; then
  be_root chroot "$root" asterisk -V # what it says would be lost below: the folder would seem to be too old
  if new_enough "$(version_of as_root chroot "$root" asterisk)"; then exit 0; fi
fi

need_packages mmdebstrap ca-certificates
mirror=${DEALERLIJN_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' | awk '$1 == "Debian" {print $2; exit}')}
[[ -n $mirror ]] || fail "no Debian mirror among apt's sources: set DEALERLIJN_DEBIAN_MIRROR to one, or install Asterisk $oldest or newer"

be_root mmdebstrap sid "$root" "$mirror"
say "making a root folder with Asterisk in $root (350 MB)"
mkdir -p "$(dirname "$root")"
fresh=$(as_root mktemp -d "$root.XXXXXX")
trap 'as_root rm -rf --one-file-system "$fresh"' EXIT
# By itself it waits for the programs that it started: all of them have to hear of a signal, as they would from a terminal.
as_from_terminal='trap "trap : INT; kill -INT 0" INT; env --default-signal=INT "$@" & wait "$!" || wait "$!"'
heed_as_root setsid bash -c "$as_from_terminal" -- mmdebstrap --quiet --variant=minbase --mode=root --include=asterisk \
  --aptopt='Acquire::Check-Valid-Until "false"' sid "$fresh" "$mirror"

# Without its own name and with a name server, every SIP message would wait 5 s for an answer. Whoever starts it puts files
# with the machine's name of that day, and for a provider told by name its name servers, over these two.
printf '127.0.0.1 localhost %s\n' "$(hostname)" | as_root tee "$fresh/etc/hosts" >/dev/null
: | as_root tee "$fresh/etc/resolv.conf" >/dev/null
new_enough "$(version_of as_root chroot "$fresh" asterisk)" || fail "Debian unstable's Asterisk is older than $oldest"
as_root rm -rf --one-file-system "$root"
as_root chmod 755 "$fresh"
as_root mv "$fresh" "$root"
trap - EXIT
