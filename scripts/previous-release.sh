#!/bin/sh
# Runs the previous release's tests of all that knows the database, on this build's schema: what its workers meet during an
# update, and after an undo. The previous release is the last tag; as long as there is none, the last commit that had fewer
# migrations. A migration that declares that it cannot live with that release ends this: the updater refuses it, too.
set -eu
cd "$(dirname "$0")/.."

migrations=internal/store/migrations
if ! previous=$(git describe --tags --abbrev=0 2>/dev/null); then
	previous=$(git rev-parse --short "$(git log -1 --format=%H --diff-filter=A -- $migrations)~1")
fi
# 00002_expand.sql is number 2.
number() { basename "$1" | sed -E 's/^0*([0-9]+)_.*/\1/'; }
schema=$(number "$(git ls-tree --name-only "$previous" $migrations/ | tail -1)")

for file in "$migrations"/*.sql; do
	reaches=$(sed -n 's/^-- compatible-with: //p' "$file")
	if [ "$(number "$file")" -gt "$schema" ] && [ "$reaches" -gt "$schema" ]; then
		echo "previous-release: $file cannot live with $previous, which has schema $schema, and says so: nothing to test"
		exit 0
	fi
done

# Its own code and tests, with our migrations: they migrate their databases by them.
checkout=$(mktemp -d)
trap 'git worktree remove --force "$checkout"' EXIT
git worktree add --quiet --force --detach "$checkout" "$previous"
cp "$migrations"/*.sql "$checkout/$migrations/"
echo "previous-release: the tests of $previous, which has schema $schema, on schema $(number "$file")"
(cd "$checkout" && go test -count=1 ./internal/store ./internal/webhook)
