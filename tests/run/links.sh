#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The documentation keeps up with the tree: links and anchors of every Markdown file lead somewhere, paths between backticks
# exist, pages keep to their length, and every folder of src/ is described. SOURCE is the project.
. "$(dirname "$0")/lib.sh"
cd "$SOURCE" || exit 1
shopt -s extglob

{
    git ls-files --cached --others --exclude-standard 2>/dev/null ||
        find . -type f -not -path './build/*' -not -path './.git/*' -printf '%P\n'
} | while read -r file; do # a tracked file may have been removed
    [ -e "$file" ] && echo "$file"
done | sort >"$work/there"
grep '\.md$' "$work/there" >"$work/pages"

# Each page: its anchors, as GitHub makes them of headings, its links, and the paths it names. A line is KIND PAGE WORD.
xargs awk -v OFS='\t' '
    FNR == 1 { fenced = 0; split("", seen) }
    /^ *```/ { fenced = !fenced; next }
    fenced { next }
    /^#+ / {
        heading = tolower($0)
        sub(/^#+ +/, "", heading)
        gsub(/\]\([^)]*\)/, "", heading)
        gsub(/[^a-z0-9 _-]/, "", heading)
        gsub(/ /, "-", heading)
        print "anchor", FILENAME, heading (heading in seen ? "-" seen[heading] : "")
        seen[heading]++
    }
    {
        line = $0
        while (match(line, /`[^`]+`/)) { # code holds no links
            word = substr(line, RSTART + 1, RLENGTH - 2)
            if (word ~ /^(src|tests|docs|scripts|include|datasets|slurm)\/[^ ]*$/)
                print "path", FILENAME, word
            else if (FILENAME ~ /^src\// && word ~ /^[a-z0-9_.\/]+\.(c|h|cmake)$/ && word !~ /^x\.|neon/) # but examples
                print "name", FILENAME, word
            line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH)
        }
        line = $0
        while (match(line, /\]\([^) ]+\)/)) {
            print "link", FILENAME, substr(line, RSTART + 2, RLENGTH - 3)
            line = substr(line, RSTART + RLENGTH)
        }
    }' <"$work/pages" >"$work/found"
grep -q '^link' "$work/found" || fail "no link is found in any page"

# tidied PATH: without . and .. in it.
tidied() {
    realpath -ms --relative-to=. -- "$1"
}

while IFS=$'\t' read -r kind page word; do
    case $kind in
    link)
        case $word in *://* | mailto:*) continue ;; esac
        file=${word%%#*}
        if [ -z "$file" ]; then target=$page; else target=$(tidied "$(dirname "$page")/$file"); fi
        [ -e "$target" ] || { fail "$page: there is no $target, where ($word) leads" && continue; }
        [ -d "$target" ] && target=$target/README.md
        [[ $word != *'#'* ]] || grep -qxF "anchor	$target	${word#*#}" "$work/found" ||
            fail "$page: $target has no heading for #${word#*#}"
        ;;
    path)
        [[ ${word//@(README|CMakeLists)/} =~ [A-Z]{3} ]] && continue # a placeholder, such as src/FOLDER
        word=${word%%:[0-9]*}
        compgen -G "$word" >/dev/null || fail "$page: there is no $word"
        ;;
    name) # of a file, by the end of its path
        word=${word##*../}
        grep -qE "(^|/)${word//./\\.}$" "$work/there" || fail "$page: there is no file $word"
        ;;
    esac
done <"$work/found"

# at_most LINES PAGE
at_most() {
    [ "$(wc -l <"$2")" -le "$1" ] || fail "$2 has $(wc -l <"$2") lines; at most $1, so that it is read"
}
at_most 200 README.md
while read -r page; do
    case $page in
    # The map of the sources, a table of results, and the manual of a cluster's users.
    src/README.md | tests/benchmarks/README.md | slurm/README.md | docs/README.md) ;;
    */README.md) at_most 120 "$page" ;;
    esac
done <"$work/pages"

# One version, and every script.
version=$(sed -n 's/^#define NNTRAIN_VERSION "\(.*\)"/\1/p' include/nntrain/version.h)
grep -qx "version: $version" CITATION.cff || fail "CITATION.cff has another version than include/nntrain/version.h, $version"
while read -r script; do
    grep -qF "\`${script#scripts/}\`" scripts/README.md || fail "scripts/README.md does not name $script"
done < <(grep '^scripts/' "$work/there" | grep -v README)

# A folder of src/ with more than three files of its own has a README.md, or one above names it; the map has them all. The
# instruction sets are described together.
while read -r count folder; do
    [ "$count" -gt 3 ] || continue
    [[ $folder != src/kernels/isa/* ]] || continue # instruction sets: src/kernels/README.md describes all
    above=$folder described=no
    [ -e "$folder/README.md" ] && grep -qF "${folder#src/}/" src/README.md && described=yes
    while [ $described = no ] && [ "$above" != src ]; do
        above=$(dirname "$above")
        [ -e "$above/README.md" ] && grep -qF "${folder#"$above"/}/" "$above/README.md" && described=yes
    done
    [ $described = yes ] || fail "$folder is described neither by a README.md of its own nor by one above"
done < <(sed -n 's,^\(src/.*\)/[^/]*\.[ch]$,\1,p' "$work/there" | sort | uniq -c)
finish
