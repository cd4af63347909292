# Run by the service "configure": writes Asterisk's files into the shared volume. The file of passwords is copied first,
# because each phone's password is added to it.
set -eu
state=/var/lib/dealerlijn
umask 077
[ -e $state/passwords.toml ] || cat /run/secrets/passwords.toml >$state/passwords.toml
exec python -m app.asterisk $state/asterisk $state/sounds $state/passwords.toml \
  /etc/dealerlijn/telephony.toml /etc/dealerlijn/dealers.toml
