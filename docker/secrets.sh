#!/usr/bin/env bash
# Makes the passwords that docker-compose.yml wants, once, in var/docker; existing ones are kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

install -d -m 700 var/docker
cd var/docker
[[ ! -e controller.env ]] || { printf 'var/docker has its passwords already\n'; exit 0; }

new() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
ari=$(new) ami=$(new) database=$(new)

# Readable inside the containers, whose user is another; the folder keeps everyone else on this machine out.
printf '[program]\nari = "%s"\nami = "%s"\n' "$ari" "$ami" >passwords.toml
printf '%s' "$database" >postgres_password
new >grafana_password
cat >controller.env <<EOF
DEALERLIJN_ARI_PASSWORD=$ari
DEALERLIJN_AMI_PASSWORD=$ami
DEALERLIJN_API_TOKEN=$(new)
DEALERLIJN_DATABASE_URL=postgresql://dealerlijn:$database@127.0.0.1:55432/dealerlijn
EOF
printf 'made passwords in var/docker\n'
