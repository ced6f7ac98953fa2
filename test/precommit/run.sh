#!/bin/sh
# Tries .pre-commit-hooks.yaml with the real pre-commit: a repository that takes both
# hooks from this one, a commit that each refuses and one that each lets through.
set -eu
command -v pre-commit >/dev/null || { echo "pre-commit is not installed: on Debian, apt-get install pre-commit" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PRE_COMMIT_HOME="$work/cache" PATH="$root/bin:$PATH" GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com
for hook in ${HOOKS:-lotus-gate-system lotus-gate}; do
  repository="$work/$hook"
  git init -q -b main "$repository"
  cd "$repository"
  cat > .pre-commit-config.yaml <<CONFIG
repos:
  - repo: file://$root
    rev: $(git -C "$root" rev-parse HEAD)
    hooks:
      - id: $hook
CONFIG
  pre-commit install >/dev/null
  git add .pre-commit-config.yaml
  git commit -q -m "Harmless"
  echo '{"version": 4, "terraform_version": "1.5.7", "serial": 3, "lineage": "l", "resources": []}' > notes.json
  git add notes.json
  if said=$(git commit -q -m "State" 2>&1); then
    echo "$hook: a commit with state was not refused: $said" >&2
    exit 1
  fi
  case $said in
    *state/committed*) echo "$hook: state is refused, harmless commits pass" ;;
    *) echo "$hook: refused for another reason: $said" >&2; exit 1 ;;
  esac
  cd "$root"
done
