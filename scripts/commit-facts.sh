#!/bin/sh
# Prints everything about the current commit that GET /monitors/system tells, in Base64, for -ldflags; monitor/system.go
# reads it. With an argument only the commit, or its time. In a checkout git tells; in what `git archive` made, a file;
# elsewhere nobody, and nothing is printed.
set -eu
cd "$(dirname "$0")/.."
archived=scripts/commit-facts.txt

# A tarball may be unpacked within somebody else's checkout, so git is not asked there.
if ! grep -q '^\$Format:' $archived; then
	case ${1-} in
	commit) awk -F '\037' 'NR == 1 { print $2 }' $archived ;;
	time) TZ=UTC date -d "@$(awk -F '\037' 'END { print $NF }' $archived)" +%Y-%m-%dT%H:%M:%SZ ;;
	*) awk -v RS='\001' -F '\037' -v OFS='\037' '{
			sub(/\n$/, "")
			branch = "HEAD"
			for (n = split($1, refs, ", "); n > 0; n--) {
				if (sub(/^tag: /, "", refs[n])) tags = refs[n] " " tags
				else { sub(/^HEAD -> /, "", refs[n]); branch = refs[n] }
			}
			$1 = substr($2, 1, 7) OFS branch
			print $0, tags
		}' $archived | base64 | tr -d '\n' ;;
	esac
	exit
fi

git rev-parse --verify -q HEAD >/dev/null 2>&1 || exit 0
case ${1-} in
commit) git rev-parse HEAD ;;
time) TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ ;;
*)
	branch=$(git rev-parse --abbrev-ref HEAD)
	tags=$(git tag --points-at HEAD | tr '\n' ' ')
	short=$(git rev-parse HEAD | cut -c1-7) # git's own grows with the repository, and builds would differ by that
	git log -1 --format="$short%x1f$branch%x1f%H%x1f%s%x1f%f%x1f%b%x1f%an%x1f%ae%x1f%at%x1f%cn%x1f%ce%x1f%ct%x1f$tags" | base64 | tr -d '\n'
	;;
esac
