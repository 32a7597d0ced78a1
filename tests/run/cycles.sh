#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# No cycle between the files of src/, nor between its folders. x.c and x.h are one file, x. It depends on the files whose
# headers it includes, by the sources, and on those whose functions and variables it uses, by the symbols of the objects. A
# public header is a file of its own. SOURCE is the project, BUILD its build.
. "$(dirname "$0")/lib.sh"

# Dependencies that close a cycle, each a defect: "FILE -> FILE" or "FOLDER/ -> FOLDER/" a line. One that closes none any
# more fails the test until its line is gone.
allowed='
'

# Files that list the entries of folders above them, which is how drivers reach these. Their folders do not depend on them.
registries='kernels/isa/list'

# Of all sources and objects, a line each: "include FILE HEADER"; "function FILE SYMBOL", "data FILE SYMBOL" where it is
# defined, "use FILE SYMBOL" where not. Objects may be left of sources that are no more.
cd "$SOURCE" || exit 1
{
    find src include -name '*.[ch]' -exec awk '
        /^#include "/ { split($0, part, "\""); print "include", FILENAME, part[2] }' {} +
    find "$BUILD/src/CMakeFiles" -path '*.dir/*' -name '*.c.o' -exec nm -A -g {} + |
        sed -nE 's#.*/CMakeFiles/[^/]*\.dir/([^:]*)\.o:[0-9a-f ]*([A-Za-z]) (.*)#\2 src/\1 \3#p' | sort -u | awk '
            !($2 in there) { there[$2] = (getline line <$2) >= 0; close($2) }
            there[$2] { print $1 ~ /[Uw]/ ? "use" : $1 == "T" ? "function" : "data", $2, $3 }'
} >"$work/facts"

awk -v allowed="$allowed" -v registries="$registries" '
function file_of(path) { # "train/run" of "src/train/run.h"
    sub(/^(src|include)\//, "", path)
    sub(/\.[^\/]*$/, "", path)
    return path
}
function folder_of(file) {
    return match(file, /.*\//) ? substr(file, 1, RLENGTH) : ""
}
# why[from, to] is "from -> to: includes header, ...; calls function, ..."
function depends(from, to, how, what,    told) {
    if (from == to || (from, to, what) in counted)
        return
    counted[from, to, what]
    if (!((from, to) in why)) {
        next_of[from] = next_of[from] to " "
        all[from]; all[to]
        why[from, to] = from " -> " to ":"
    }
    told = ++told_of[from, to, how]
    if (told <= 4)
        why[from, to] = why[from, to] (told > 1 ? ", " : why[from, to] ~ /:$/ ? " " how " " : "; " how " ") \
                        (told == 4 ? "..." : what)
}
function add(from, to, how, what) {
    depends(from, to, how, what)
    # All floors may use the public types.
    if (from !~ /^nntrain\// && what !~ /^nntrain\// && !index(" " registries " ", " " from " "))
        depends(folder_of(from), folder_of(to), how, what)
}
# The shortest way from one to another without what is allowed, "next ... to", or "" where there is none.
function way(from, to,    queue, head, tail, before, list, count, i, at, path) {
    queue[tail++] = from
    before[from]
    while (head < tail) {
        at = queue[head++]
        count = split(next_of[at], list, " ")
        for (i = 1; i <= count; i++) {
            if ((at, list[i]) in without)
                continue
            if (list[i] == to) {
                path = to
                for (; at != from; at = before[at])
                    path = at " " path
                return path
            }
            if (!(list[i] in before)) {
                before[list[i]] = at
                queue[tail++] = list[i]
            }
        }
    }
    return ""
}
# Tarjan (1972): the strongly connected components.
function visit(at,    list, count, i, last) {
    low[at] = order[at] = ++clock
    stack[++depth] = at
    on_stack[at] = 1
    count = split(next_of[at], list, " ")
    for (i = 1; i <= count; i++) {
        if ((at, list[i]) in without)
            continue
        if (!(list[i] in order))
            visit(list[i])
        if (on_stack[list[i]] && low[list[i]] < low[at])
            low[at] = low[list[i]]
    }
    if (low[at] != order[at])
        return
    last = depth
    while (on_stack[at])
        on_stack[stack[depth--]] = 0
    if (depth + 1 < last)
        tell(depth + 1, last)
}
# A component, stack[first ... last]: its members, the pairs that depend on each other or else the shortest cycle.
function tell(first, last,    i, j, count, shortest, list, path, pairs) {
    failed = 1
    printf "cycle of %d:", last - first + 1
    for (i = first; i <= last; i++)
        printf " %s", stack[i]
    print ""
    for (i = first; i <= last; i++) {
        for (j = first; j < i; j++)
            if (way(stack[i], stack[j]) == stack[j] && way(stack[j], stack[i]) == stack[i]) {
                print "    " why[stack[i], stack[j]] "\n        " why[stack[j], stack[i]]
                pairs++
            }
        path = stack[i] " " way(stack[i], stack[i])
        count = split(path, list, " ")
        if (i == first || count < split(shortest, list, " "))
            shortest = path
    }
    count = split(shortest, list, " ")
    for (i = 1; i < count && !pairs; i++)
        print "    " why[list[i], list[i + 1]]
}
$1 == "function" || $1 == "data" { definer[$3] = $2; verb[$3] = $1 == "data" ? "uses" : "calls" }
$1 == "use" || $1 == "include" { fact[++facts] = $0 }
END {
    if (!("main" in definer)) {
        print "nobody can tell: no objects of the program in BUILD/src"
        exit 1
    }
    for (i = 1; i <= facts; i++) {
        split(fact[i], part, " ")
        if (part[1] == "include")
            add(file_of(part[2]), file_of((part[3] ~ /^nntrain\// ? "include/" : "src/") part[3]), "includes", part[3])
        else if (part[3] in definer)
            add(file_of(part[2]), file_of(definer[part[3]]), verb[part[3]], part[3])
    }
    count = split(allowed, list, "\n")
    for (i = 1; i <= count; i++)
        if (split(list[i], part, " -> ") == 2)
            without[part[1], part[2]]
    for (pair in without) {
        split(pair, part, SUBSEP)
        if (!(pair in why) || way(part[2], part[1]) == "") {
            print "cycles.sh: a line that closes no cycle: " part[1] " -> " part[2]
            failed = 1
        }
    }
    for (file in all)
        if (!(file in order))
            visit(file)
    exit failed
}' "$work/facts" >"$work/out" || fail "there are cycles: $(cat "$work/out")"
finish
