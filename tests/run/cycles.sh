#!/usr/bin/env bash
# No cycle between the files of src/, nor between its folders. x.c and x.h are one file, x. It depends on the files whose
# headers it includes, by the sources, and on those whose functions and variables it uses, by the symbols of the objects. A
# public header belongs to the file that defines its functions, and is a file of its own where several do or none.
# SOURCE is the project, BUILD its build.
. "$(dirname "$0")/lib.sh"

# Dependencies that close a cycle, each a defect: "FILE -> FILE" or "FOLDER/ -> FOLDER/" a line. One that closes none any
# more fails the test until its line is gone.
allowed='
bench/explain -> bench/step
bench/gemm_report -> bench/gemm
bench/io_report -> bench/io
bench/peak/peak_loops -> bench/peak/peak
bench/step_report -> bench/step
cli/choose -> cli/model
cli/import -> cli/import_csv
cli/import_npy -> cli/import
cli/import_options -> cli/import
cli/import_svmlight -> cli/import
comm/allreduce/messages -> comm/allreduce/exchange
comm/allreduce/tree_join -> comm/allreduce/exchange
comm/backend -> comm/comm
comm/hosts -> comm/comm
data/dataset/dataset -> data/dataset/read_split
data/dataset/files -> data/dataset/dataset
data/dataset/label_set -> data/dataset/dataset
data/dataset/label_set -> data/dataset/plan
data/dataset/labels -> data/dataset/dataset
data/dataset/plan -> data/dataset/read_split
data/dataset/split_rows -> data/dataset/dataset
data/loading/rows -> data/dataset/dataset
data/loading/source -> data/dataset/read_split
data/order/blocks -> data/dataset/dataset
data/order/slices -> data/dataset/dataset
data/predictions/predictions_csv -> data/predictions/predictions
data/scaling/feature_scaling_choice -> data/scaling/feature_scaling
data/scaling/feature_scaling_notes -> data/scaling/feature_scaling
hdf5/layout -> hdf5/columns
hdf5/multi_file -> hdf5/read
hdf5/probe/probe_inside -> hdf5/probe/probe
hdf5/read -> data/dataset/labels
hdf5/storage/outside -> hdf5/storage/virtual
hdf5/storage/walk -> hdf5/storage/outside
hdf5/strings -> hdf5/read
import/csv/import_csv -> import/csv/import_names
import/csv/names -> import/csv/table
import/csv/ranges -> import/csv/import_csv
kernels/gemm/product -> kernels/gemm/gemm
kernels/update/update_kernels -> kernels/update/update
model/losses/loss -> model/passes
optim/workspace -> optim/optimizer
recipe/check -> recipe/check_augment
recipe/check -> recipe/check_descent
recipe/check -> recipe/check_network
recipe/check -> recipe/check_training
recipe/schema -> recipe/recipe
train/metrics/metrics -> train/metrics/evaluate
train/report -> train/run
train/resume -> train/run
train/run -> train/divergence
train/run -> train/gradient_sync
train/run -> train/step
train/run -> train/train
train/run_folder/folder -> train/train
train/step -> train/divergence
train/threads -> train/train
comm/wait -> comm/comm
yaml/check -> yaml/shape
data/loading/ -> data/dataset/
data/loading/ -> data/scaling/
data/order/ -> data/dataset/
data/order/ -> data/loading/
hdf5/ -> data/dataset/
import/csv/ -> import/
inspect/ -> data/dataset/
kernels/elementwise/ -> kernels/isa/avx2/
kernels/elementwise/ -> kernels/isa/avx512/
kernels/elementwise/ -> kernels/random/
kernels/gemm/microkernel/ -> kernels/gemm/
kernels/isa/portable/ -> kernels/elementwise/
kernels/isa/portable/ -> kernels/update/
kernels/update/ -> kernels/isa/avx2/
kernels/update/ -> kernels/isa/avx512/
model/ -> model/losses/
support/ -> support/system/
train/ -> train/callbacks/
train/run_folder/ -> train/
'

# Of all sources and objects, a line each: "include FILE HEADER", "declare HEADER FUNCTION"; "function FILE SYMBOL", "data
# FILE SYMBOL" where it is defined, "use FILE SYMBOL" where not. Objects may be left of sources that are no more.
cd "$SOURCE" || exit 1
{
    find src include -name '*.[ch]' -exec awk '
        /^#include "/ { split($0, part, "\""); print "include", FILENAME, part[2] }
        FILENAME ~ /^include/ && /^[A-Za-z].*[^A-Za-z0-9_]nn_[a-z0-9_]+\(/ {
            sub(/\(.*/, ""); sub(/.*[^A-Za-z0-9_]/, ""); print "declare", FILENAME, $0
        }' {} +
    find "$BUILD/src/CMakeFiles" -path '*.dir/*' -name '*.c.o' -exec nm -A -g {} + |
        sed -nE 's#.*/CMakeFiles/[^/]*\.dir/([^:]*)\.o:[0-9a-f ]*([A-Za-z]) (.*)#\2 src/\1 \3#p' | sort -u | awk '
            !($2 in there) { there[$2] = (getline line <$2) >= 0; close($2) }
            there[$2] { print $1 ~ /[Uw]/ ? "use" : $1 == "T" ? "function" : "data", $2, $3 }'
} >"$work/facts"

awk -v allowed="$allowed" '
function file_of(path) { # "train/run" of "src/train/run.h"
    if (path in merged)
        return merged[path]
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
    if (from !~ /^nntrain\// && what !~ /^nntrain\//) # all floors may use the public types
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
$1 == "declare" { declared[$2] = declared[$2] " " $3 }
$1 == "use" || $1 == "include" { fact[++facts] = $0 }
END {
    if (!("main" in definer)) {
        print "nobody can tell: no objects of the program in BUILD/src"
        exit 1
    }
    for (header in declared) {
        count = split(declared[header], list, " ")
        owner = ""
        for (i = 1; i <= count; i++)
            if (list[i] in definer)
                owner = owner == "" || owner == definer[list[i]] ? definer[list[i]] : "several"
        if (owner ~ /^src/)
            owner_of[header] = file_of(owner)
    }
    for (header in owner_of)
        merged[header] = owner_of[header]
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
