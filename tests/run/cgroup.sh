#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Limits of a container: threads and rows keep within the CPU time and the memory of the control group a rank is in.
. "$(dirname "$0")/lib.sh"
unset OMP_NUM_THREADS OMP_PROC_BIND OMP_PLACES GOMP_CPU_AFFINITY

# A control group of this test with its limits, version 2 or 1, that goes away at the end.
name=nntrain-test-$$ cpu='' memory=''
mount_of() {
    awk -v kind="$1" -v controller="$2" '{
        for (i = 7; i <= NF && $i != "-"; i++);
        if ($(i + 1) == kind && (controller == "" || ("," $NF ",") ~ ("," controller ","))) { print $5; exit }
    }' /proc/self/mountinfo
}
make_group() {
    mkdir "$1/$name" 2>/dev/null && echo "$1/$name"
}
unified=$(mount_of cgroup2 '')
if [ -n "$unified" ] && grep -qw cpu "$unified/cgroup.controllers" 2>/dev/null; then
    echo "+cpu +memory" 2>/dev/null >"$unified/cgroup.subtree_control"
    cpu=$(make_group "$unified") memory=$cpu
    cpu_limit() { echo "$1 100000" >"$cpu/cpu.max"; }
    memory_file=memory.max
else
    cpu=$(make_group "$(mount_of cgroup cpu)") memory=$(make_group "$(mount_of cgroup memory)")
    cpu_limit() { echo "$1" >"$cpu/cpu.cfs_quota_us"; }
    memory_file=memory.limit_in_bytes
fi
trap 'rm -rf "$work"; rmdir $cpu $memory 2>/dev/null' EXIT
if ! { [ -n "$cpu" ] && [ -n "$memory" ] && cpu_limit 100000 && [ -w "$memory/$memory_file" ]; } 2>/dev/null; then
    echo "control groups cannot be made here: skipped"
    exit 77
fi

# within COMMAND...: runs it in the group.
within() {
    (
        for group in "$cpu" "$memory"; do
            echo "$BASHPID" >"$group/cgroup.procs"
        done
        exec "$@"
    )
}

# As many threads as the quota, rounded up, has CPUs; where there are so many cores.
count=$("$TOOLS/show_threads" | grep -c ^rank)
for quota in 50000 100000 150000; do
    cpu_limit $quota
    expected=$(((quota + 99999) / 100000 < count ? (quota + 99999) / 100000 : count))
    within "$TOOLS/show_threads" >out || fail "quota $quota: exit code $?"
    [ "$(grep -c ^rank out)" -eq $expected ] || fail "quota $quota: not $expected threads: $(cat out)"
done
if [ "$count" -gt 1 ]; then
    cpu_limit 100000
    within "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set training.epochs=1 --output limited >out 2>&1 || fail "quota: $(cat out)"
    grep -q "^threads  1 a rank on $(nproc) CPUs, as the CPU quota of the container allows" out || fail "quota: $(cat out)"
    within "$NNTRAIN" train "$DATASETS/digits/recipe.yaml" --set training.epochs=1 --set parallel.threads=2 --output more >out 2>&1
    grep -q "^warning  2 threads a rank on a container's quota of 1 CPU:" out || fail "more than the quota: $(cat out)"
fi
cpu_limit -1 2>/dev/null || cpu_limit max

# 160 MB of rows where 120 MB are allowed: they stay in the file.
{
    printf '\0\0\10\2\0\1\70\200\0\0\7\320' # 80,000 rows of 2,000 bytes
    head -c 160000000 /dev/zero
} >x.idx
{
    printf '\0\0\10\1\0\1\70\200'
    head -c 80000 /dev/zero
} >y.idx
"$NNTRAIN" import idx --train-x x.idx --train-y y.idx --output rows.h5 >/dev/null || fail "import: exit code $?"
rm x.idx
cat >recipe.yaml <<'Y'
data: {train: {file: rows.h5}}
network: {layers: [{units: 2, activation: softmax}]}
loss: cross_entropy
training: {epochs: 1, batch: 100}
Y
echo 120000000 >"$memory/$memory_file"
within "$NNTRAIN" train recipe.yaml --set data.window=4M --output small >out 2>&1 || fail "memory: exit code $?: $(cat out)"
grep -q 'MiB of rows stay in the file' out && grep -q '^         the container has a limit of' out || fail "memory: $(cat out)"
# More than there is, asked for.
within "$NNTRAIN" train recipe.yaml --set data.memory=1G --output large >out 2>&1
[ $? -eq 5 ] && grep -q 'but its container or job may have 0.1 GiB; lower data.memory' out || fail "too much memory: $(cat out)"
finish
