#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# slurm/train.sbatch without SLURM: which combination of a sweep a task of an array trains, into which folder; and what is
# no key of a recipe is refused before anything is started.
. "$(dirname "$0")/lib.sh"

cat >nntrain <<'A'
#!/usr/bin/env bash
printf '%s\n' "$@"
A
chmod +x nntrain

# task NUMBER ARGUMENTS...: what nntrain would be started with, a word a line; and the exit code
task() {
    SLURM_JOB_ID=1 SLURM_ARRAY_JOB_ID=1 SLURM_ARRAY_TASK_ID=$1 SLURM_NTASKS=1 SLURM_JOB_NUM_NODES=1 SLURM_JOB_NODELIST=here \
        SLURM_SUBMIT_DIR=$work NNTRAIN=$work/nntrain NNTRAIN_LAUNCH=env bash "$SOURCE/slurm/train.sbatch" r.yaml out "${@:2}" \
        >task.out 2>task.err
}

# trains NUMBER FOLDER "SETTINGS" ARGUMENTS...
trains() {
    local number=$1 folder=$2 settings=$3
    shift 3
    task "$number" "$@" || fail "task $number of $*: exit code $?: $(cat task.err)"
    [ "$(grep -v ' job 1_' task.out | paste -s -d ' ')" = "train r.yaml --output $folder --resume $settings" ] ||
        fail "task $number of $*: $(cat task.out task.err)"
}

trains 0 out '--set seed=3' --set seed=3
sweep=(--sweep 'optimizer.learning_rate=0.1,0.01' --sweep 'network.layers[0].units=8,16,32')
trains 0 'out/optimizer.learning_rate=0.1,network.layers[0].units=8' \
    '--set optimizer.learning_rate=0.1 --set network.layers[0].units=8' "${sweep[@]}"
trains 5 'out/optimizer.learning_rate=0.01,network.layers[0].units=32' \
    '--set optimizer.learning_rate=0.01 --set network.layers[0].units=32 --progress lines' "${sweep[@]}" --progress lines
trains 1 'out/data.train.file=_data_b.h5' '--set data.train.file=/data/b.h5' --sweep=data.train.file=a.h5,/data/b.h5
trains 0 'out/data.train.file=.._.._b.h5' '--set data.train.file=../../b.h5' --sweep data.train.file=../../b.h5
task 6 "${sweep[@]}"
[ $? -eq 2 ] && grep -q 'the sweep has 6 combinations' task.err || fail "a task too many: $(cat task.out task.err)"

for wrong in 'a/../../../k=1' '../k=1' '.=1' '/tmp/k=1' 'a..b=1' 'a b=1' '-k=1' $'k\nl=1' 'k[x]=1' 'k/=1'; do
    task 0 --sweep "$wrong"
    [ $? -eq 2 ] && grep -q "' is no key of a recipe, such as" task.err && [ ! -s task.out ] ||
        fail "--sweep $wrong: $(cat task.out task.err)"
done
task 0 --sweep novalue
[ $? -eq 2 ] && grep -q '^--sweep needs KEY=VALUE' task.err || fail "--sweep novalue: $(cat task.out task.err)"
finish
