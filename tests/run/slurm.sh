#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# slurm/train.sbatch under a real SLURM of two nodes, which this test starts on this host: a job to its end with a rank
# killed on the way, one that outlives its time limit, one that is cancelled, one launched by srun, an array, chains, and
# one whose node fails.
. "$(dirname "$0")/lib.sh"
. "$SOURCE/tests/slurm/cluster.sh"
ompi_info 2>/dev/null | grep -q 'MCA plm: slurm' || cluster_skip "mpirun is no Open MPI with SLURM support"

trap 'cluster_stop; rm -rf "$work"' EXIT
cluster_start "$work/cluster"

# What is for one machine without SLURM. Both nodes are this host, by whose name Open MPI calls its shared memory: two
# ranks would take the same.
unset OMPI_MCA_plm OMPI_MCA_rmaps_base_oversubscribe PRTE_MCA_rmaps_default_mapping_policy
export OMPI_MCA_btl=^vader OMPI_MCA_osc=^sm NNTRAIN
recipe=$DATASETS/digits/recipe.yaml
per_node=2
[ "$(nproc)" -ge 2 ] || per_node=1

# submit SBATCH_OPTIONS... SCRIPT...: the number of the job.
submit() {
    timeout 60 sbatch --parsable --nodes=2 --ntasks-per-node=$per_node --cpus-per-task=1 --output='%x.log' "$@"
}

# state JOB: RUNNING, COMPLETED, ... of a job, also for a while after its end.
state() {
    timeout 20 scontrol --oneliner show job "$1" 2>/dev/null | sed 's/.* JobState=\([A-Z_]*\) .*/\1/' | sort -u | paste -s -d ' '
}

is() {
    [ "$(state "$1")" = "$2" ]
}

# ends JOB STATE SECONDS LOG: waits for a job to be in a state, and says what was there instead.
ends() {
    until_true "$3" is "$1" "$2" || fail "job $1 is $(state "$1"), not $2: $(timeout 20 squeue) $(tail -n 25 "$4")"
}

exit_code() {
    timeout 20 scontrol --oneliner show job "$1" | sed 's/.* ExitCode=\([0-9:]*\) .*/\1/'
}

restarts() {
    timeout 20 scontrol --oneliner show job "$1" | sed 's/.* Restarts=\([0-9]*\) .*/\1/'
}

# trained RUN EPOCHS: whether so many are in its history.
trained() {
    [ -e "$1/metrics.jsonl" ] && [ "$(wc -l <"$1/metrics.jsonl")" -ge "$2" ]
}

# An epoch of it takes some milliseconds: many, so that it lasts.
endless=(--set training.epochs=1000000 --progress quiet)

# Over its limit of a minute, which SLURM looks at each half minute. It ends by the seconds it has trained in all starts,
# so that it needs more than one on a machine of any speed.
limited=$(submit --job-name=limited --time=1 --signal=B:USR1@50 "$SOURCE/slurm/train.sbatch" "$recipe" limited \
    "${endless[@]}" --set "training.stop.time=45 seconds") || fail "sbatch"
chained=$(submit --job-name=chained --dependency="afterok:$limited" --kill-on-invalid-dep=yes --ntasks=2 \
    --wrap "mpirun '$NNTRAIN' eval --model limited/model.h5") || fail "sbatch of the chain"
cancelled=$(submit --job-name=cancelled "$SOURCE/slurm/train.sbatch" "$recipe" cancelled "${endless[@]}") || fail "sbatch"
array=$(submit --job-name=sweep --array=0-2 --output='sweep-%a.log' --ntasks-per-node=1 "$SOURCE/slurm/train.sbatch" "$recipe" rates \
    --sweep optimizer.learning_rate=0.1,0.01,0.001 --set training.epochs=3) || fail "sbatch of the array"
wrong=$(submit --job-name=wrong "$SOURCE/slurm/train.sbatch" "$recipe" wrong --set training.epoch=3) || fail "sbatch"
never=$(submit --job-name=never --dependency="afterok:$wrong" --kill-on-invalid-dep=yes --wrap true) || fail "sbatch"

if srun --mpi=list 2>&1 | grep -qw pmix; then
    by_srun=$(NNTRAIN_LAUNCH="srun --mpi=pmix" submit --job-name=srun "$SOURCE/slurm/train.sbatch" "$recipe" srun --set training.epochs=3) || fail "sbatch"
else
    echo "not run: srun --mpi=pmix, which this SLURM does not know"
fi

# One rank killed on the way: started again within the allocation, to the same end.
killed=$(submit --job-name=killed "$SOURCE/slurm/train.sbatch" "$recipe" killed --set training.epochs=60 \
    --set 'network.layers[0].units=1024' --set parallel.reproducible=true --progress quiet) || fail "sbatch"
until_true 120 trained killed 3 || fail "killed: does not train: $(cat killed.log)"
kill -KILL "$(ranks_of killed | head -n 1)"

until_true 120 trained cancelled 3 || fail "cancelled: does not train: $(cat cancelled.log)"
timeout 20 scancel "$cancelled"
ends "$cancelled" CANCELLED 60 cancelled.log
# Nothing was to be waited for again; what there is is whole.
[ "$(restarts "$cancelled")" = 0 ] || fail "a cancelled job was queued again"
for file in cancelled/checkpoint-*.h5; do
    "$NNTRAIN" inspect "$file" >inspected || fail "cancelled: $file is not intact: $(cat inspected)"
done
[ -s inspected ] || fail "cancelled: there is no checkpoint"
echo "cancelled: $(tail -n 1 cancelled.log)"

ends "$wrong" FAILED 60 wrong.log
[ "$(exit_code "$wrong")" = 2:0 ] || fail "wrong recipe: exit code $(exit_code "$wrong")"
! grep -q 'starting again in' wrong.log || fail "a wrong recipe was tried again"
ends "$never" CANCELLED 60 wrong.log

ends "$array" COMPLETED 120 sweep-0.log
"$SOURCE/slurm/table.sh" rates | tee table
[ "$(wc -l <table)" -eq 4 ] || fail "the table has not a head and three runs"
for rate in 0.1 0.01 0.001; do
    grep -q "^rates/optimizer.learning_rate=$rate  *3  .* $rate\$" table || fail "no run with learning rate $rate"
done
"$SOURCE/slurm/table.sh" --csv --fields epoch,nothing rates | tail -n +2 | cut -d , -f 2- | sort -u | grep -qx '3,-' || fail "as CSV: $("$SOURCE/slurm/table.sh" --csv rates)"

if [ -n "${by_srun:-}" ]; then
    ends "$by_srun" COMPLETED 120 srun.log
    grep '^nntrain .* ranks' srun.log
    trained srun 3 || fail "srun: $(cat srun.log)"
fi

ends "$killed" COMPLETED 120 killed.log
grep 'supervise:' killed.log
[ "$(grep -c 'supervise: exit code 137 (SIGKILL).*starting again' killed.log)" -eq 1 ] || fail "killed: not one restart: $(cat killed.log)"
[ "$(restarts "$killed")" = 0 ] || fail "killed: the job was queued again"
ranks 1 "$NNTRAIN" train "$recipe" --output whole --set training.epochs=60 --set 'network.layers[0].units=1024' \
    --set parallel.reproducible=true --progress quiet || fail "the undisturbed run"
h5diff whole/model.h5 killed/model.h5 /model || fail "killed: the weights differ from the undisturbed run's"

ends "$limited" COMPLETED 240 limited.log
starts=$(grep -c ' start [0-9]*, into' limited.log)
grep -E 'start [0-9]*, into|queueing again|ended with' limited.log
[ "$starts" -ge 2 ] || fail "limited: $starts starts: $(cat limited.log)"
[ "$(restarts "$limited")" = $((starts - 1)) ] || fail "limited: $starts starts, but $(restarts "$limited") restarts"
[ "$(grep -c 'queueing again' limited.log)" -eq $((starts - 1)) ] || fail "limited: $(cat limited.log)"
# Every epoch once and in its order: each start went on where the one before had stopped.
sed 's/.*"epoch": \([0-9]*\),.*/\1/' limited/metrics.jsonl | awk '$1 != NR { exit 1 }' || fail "limited: the history has gaps"
ends "$chained" COMPLETED 120 chained.log
grep -q accuracy chained.log || fail "chained: $(cat chained.log)"

# SLURM itself queues a job again whose node has failed.
failing=$(submit --job-name=failing "$SOURCE/slurm/train.sbatch" "$recipe" failing "${endless[@]}" \
    --set "training.stop.time=5 seconds") || fail "sbatch"
until_true 120 trained failing 3 || fail "failing: does not train: $(cat failing.log)"
timeout 20 scontrol update nodename=n2 state=down reason=test
# It answers still, and may have come back by itself.
timeout 20 scontrol update nodename=n2 state=resume 2>/dev/null
ends "$failing" COMPLETED 120 failing.log
[ "$(restarts "$failing")" = 1 ] || fail "failing: $(restarts "$failing") restarts: $(cat failing.log)"
[ "$(grep -c 'queueing again' failing.log)" -eq 0 ] || fail "failing: both SLURM and the script queued it again"
grep 'NODE FAILURE' failing.log

cluster_stop
[ -z "$(cluster="$work/cluster" cluster_processes)" ] || fail "still running: $(cluster="$work/cluster" cluster_processes | xargs ps -fp)"
finish
