#!/usr/bin/env bash
# Makes the passwords that docker-compose.yml wants, once, in var/docker; existing ones are kept, and made readable again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

install -d -m 700 var/docker
cd var/docker
# Readable inside the containers, whose user is another, whatever the umask or an editor says; the folder keeps everyone else
# on this machine out.
umask 022
readable() {
  chmod a+r passwords.toml postgres_password grafana_password
  local others
  others=$(cd ../.. && find dealers.toml asterisk-config/telephony.toml metrics/prometheus metrics/grafana -type f ! -perm -o=r)
  [[ -z $others ]] || printf 'the containers cannot read these, use chmod a+r on them:\n%s\n' "$others"
}
[[ ! -e controller.env ]] || { readable; printf 'var/docker has its passwords already\n'; exit 0; }

new() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
ari=$(new) ami=$(new) database=$(new)

printf '[program]\nari = "%s"\nami = "%s"\n' "$ari" "$ami" >passwords.toml
printf '%s' "$database" >postgres_password
new >grafana_password
cat >controller.env <<EOF
DEALERLIJN_ARI_PASSWORD=$ari
DEALERLIJN_AMI_PASSWORD=$ami
DEALERLIJN_API_TOKEN=$(new)
DEALERLIJN_DATABASE_URL=postgresql://dealerlijn:$database@127.0.0.1:55432/dealerlijn
EOF
readable
printf 'made passwords in var/docker\n'
