#!/usr/bin/env bash
# Fails when a file of the project looks as if it held a password, a key or a token. A line that only looks so ends with
# the comment "pragma: allowlist secret".
#   setup/secrets.sh [FILE...]     without files: all that are, or would be, in the repository
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

files=("$@")
if [[ $# -eq 0 ]]; then
  mapfile -d '' files < <(git ls-files -z --cached --others --exclude-standard -- ':!requirements*.txt' ':!*.lock' ':!**/package-lock.json')
fi
# Nothing is sent anywhere to try a find out; a placeholder of a template and "user:password" of a help text are no finds.
printf '%s\0' "${files[@]}" | xargs -0 -n 40 -P "$(nproc)" .venv/bin/detect-secrets-hook --no-verify \
  --exclude-lines '\{\{.*\}\}|password_format|//user:password@'
printf '%d files hold no secret\n' "${#files[@]}"
