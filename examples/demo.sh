#!/bin/sh
# A git server with the gate as its pre-receive hook, and pushes to it: those of
# examples/changes, in order, good and bad. Then the same judgement as CI makes it.
# Usage: examples/demo.sh (make demo builds the gate first)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
gate=${GATE:-$root/bin/gate}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=you GIT_AUTHOR_EMAIL=you@example.com GIT_COMMITTER_NAME=you GIT_COMMITTER_EMAIL=you@example.com

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say "1. A server: a bare repository whose pre-receive hook is one line"
git init -q --bare -b main "$work/lake.git"
printf '#!/bin/sh\nexec "%s" pre-receive\n' "$gate" >"$work/lake.git/hooks/pre-receive"
chmod +x "$work/lake.git/hooks/pre-receive"
echo '   exec gate pre-receive'

say "2. The example lake is pushed"
git init -q -b main "$work/lake"
cd "$work/lake"
cp -R "$root/examples/lake/." .
git add -A && git commit -qm 'The lake' && git remote add origin "$work/lake.git"
git push -q origin main

say "3. Changes are pushed"
wrong=0
for change in "$root"/examples/changes/[0-9]*/; do
	say "--- $(basename "$change")"
	for commit in "$change"commit-*/; do
		[ ! -d "${commit}files" ] || cp -R "${commit}files/." .
		if [ -f "${commit}delete" ]; then xargs rm -f <"${commit}delete"; fi
		git add -A && git commit -qF "${commit}message"
	done
	git log --format='    commit %h %s' origin/main..main
	if git push -q origin main; then got=accepted; else got=refused; fi
	want=$(head -n 1 "${change}expect")
	echo "    => $got"
	[ "$got" = "$want" ] || { echo "    but $want was expected"; wrong=1; }
	[ "$got" = accepted ] || last=$(git rev-parse main)
	git fetch -q && git reset -q --hard origin/main
done

say "4. The last refused change as CI sees it: gate check --range origin/main..HEAD --format github"
git checkout -q "$last"
"$gate" check --range origin/main..HEAD --format github || echo "    => exit $?"

say "5. What the last accepted change means for Terraform: gate plan"
git checkout -q main
"$gate" plan "origin/main~1..origin/main" || true
exit $wrong
