#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Where the threads of a rank run: on CPUs of their own inside what mpirun, taskset or the user left the rank.
. "$(dirname "$0")/lib.sh"
command -v taskset >/dev/null || exit 77
unset OMP_NUM_THREADS OMP_PROC_BIND OMP_PLACES GOMP_CPU_AFFINITY
show=$TOOLS/show_threads

# The CPUs that this test may use, one a line.
cpus=$(taskset -cp $$ | sed 's/.*: //' | tr , '\n' | awk -F- '{ for (c = $1; c <= ($2 == "" ? $1 : $2); c++) print c }')
first=$(head -n 1 <<<"$cpus") last=$(tail -n 1 <<<"$cpus") count=$(wc -l <<<"$cpus")

# apart FILE: every thread has one CPU and no two the same; the second look is like the first.
apart() {
    [ -z "$(grep -E '^rank' "$1" | awk 'NF != 4')" ] || fail "$1: a thread has several CPUs: $(cat "$1")"
    [ -z "$(awk '/^rank/ { print $4 }' "$1" | sort | uniq -d)" ] || fail "$1: threads on one CPU: $(cat "$1")"
    [ "$(sed -n 's/^rank //p' "$1" | sort)" = "$(sed -n 's/^again //p' "$1" | sort)" ] || fail "$1: not as before: $(cat "$1")"
}

# lines NUMBER FILE: so many threads.
lines() {
    [ "$(grep -c '^rank' "$2")" -eq "$1" ] || fail "$2: not $1 threads: $(cat "$2")"
}

taskset -c "$last" "$show" >one || fail "one CPU: exit code $?"
lines 1 one
grep -qx "rank 0 0 $last" one || fail "one CPU: $(cat one)"

"$show" >alone || fail "alone: exit code $?"
apart alone
"$show" train "$DATASETS/theory/xor.yaml" xor >trained || fail "a training by the library: exit code $?"
# Whatever was pinned, the caller's thread gets its CPUs back.
for file in alone trained; do
    [ "$(sed -n 's/^after 0 //p' $file)" = "$(tr '\n' ' ' <<<"$cpus" | sed 's/ $//')" ] || fail "$file: not put back: $(cat $file)"
done

if [ "$count" -ge 2 ]; then
    two=$first,$last
    for binding in none core; do
        taskset -c "$two" $LAUNCH --bind-to $binding -np 2 "$show" >"two-$binding" || fail "bound to $binding: exit code $?"
        lines 2 "two-$binding"
        apart "two-$binding"
    done
    $LAUNCH -np 2 "$show" >two || fail "two ranks: exit code $?"
    apart two

    # Crowds, and those whom the user binds, keep what they have.
    both="$first $last"
    taskset -c "$two" $LAUNCH --bind-to none -np 5 "$show" >crowd || fail "five ranks: exit code $?"
    lines 5 crowd
    [ "$(grep -c "^rank . 0 $both\$" crowd)" -eq 5 ] || fail "five ranks on two CPUs are pinned: $(cat crowd)"
    taskset -c "$two" "$show" 3 >many || fail "three threads: exit code $?"
    [ "$(grep -c "^rank 0 . $both\$" many)" -eq 3 ] || fail "three threads on two CPUs are pinned: $(cat many)"
    OMP_PROC_BIND=false taskset -c "$two" "$show" 2 >free || fail "OMP_PROC_BIND=false: exit code $?"
    [ "$(grep -c "^rank 0 . $both\$" free)" -eq 2 ] || fail "OMP_PROC_BIND=false: pinned all the same: $(cat free)"
    # The OpenMP library has bound the calling thread by then; the number of threads must not suffer.
    OMP_PROC_BIND=true OMP_PLACES=threads taskset -c "$two" "$show" >bound || fail "OMP_PROC_BIND=true: exit code $?"
    grep -q '^after 0 [0-9]*$' bound || fail "OMP_PROC_BIND=true: not left alone: $(cat bound)"
    OMP_PROC_BIND=false taskset -c "$two" "$show" >unbound
    lines "$(grep -c ^rank unbound)" bound
fi

# Training in each of these; more threads than CPUs get a word, once.
train="$NNTRAIN train $DATASETS/digits/recipe.yaml --set training.epochs=1"
check() {
    local label=$1 warnings=$2
    shift 2
    "$@" >"$label.log" 2>&1 || fail "$label: exit code $?: $(cat "$label.log")"
    [ "$(grep -c '^warning  4 threads a rank on [12] CPU' "$label.log")" -eq "$warnings" ] ||
        fail "$label: not $warnings warnings: $(cat "$label.log")"
}
check pinned 0 taskset -c "$last" $train
check unbound 0 $LAUNCH --bind-to none -np 2 $train
check crowded 1 taskset -c "$last" $train --set parallel.threads=4 --progress quiet
check crowds 1 taskset -c "$last" $LAUNCH --bind-to none -np 2 $train --set parallel.threads=4 --output crowds
OMP_NUM_THREADS=4 check evaluated 1 taskset -c "$last" $LAUNCH --bind-to none -np 2 \
    "$NNTRAIN" eval --model crowds/model.h5
finish
