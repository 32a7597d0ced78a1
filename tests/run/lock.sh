#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One run at a time writes into a folder: of two that start together, or take over from one that was killed, one does and
# the other names it; on this host and on others, which are this one under other names; and a run that was suspended and
# lost its folder writes nothing when it goes on. ROUNDS in the environment: how many times two start at once (3).
. "$(dirname "$0")/lib.sh"

recipe=$DATASETS/digits/recipe.yaml
settings=(--set parallel.reproducible=true --set parallel.threads=1 --set training.epochs=6 --progress lines
    --set 'network.layers=[{units: 256, activation: relu}, {units: 10, activation: softmax}]')
# One step at a time is written, for there to be something to mix up.
settings+=(--set checkpoint.every="2 steps" --set checkpoint.keep=1000000)

# train RANKS FOLDER ARGUMENTS...
train() {
    ranks "$1" "$NNTRAIN" train "$recipe" --output "$2" "${settings[@]}" "${@:3}"
}

# beside NUMBER NAME COMMAND...: leaves output and exit code in NAME-NUMBER.out and .code. Two mpiruns that begin and end
# together take each other's files away, unless each has a folder of its own.
beside() {
    mkdir -p "tmp-$2-$1"
    TMPDIR=$work/tmp-$2-$1 "${@:3}" >"$2-$1.out" 2>&1
    echo $? >"$2-$1.code"
}

# history FOLDER: what was trained, but for the clock.
history() {
    sed 's/, "seconds".*//' "$1/metrics.jsonl"
}

# unmixed FOLDER SOUND: one run's files and no other's.
unmixed() {
    history "$1" | cmp - "$2.history" || fail "$1: another history than that of $2"
    for group in /model /optimizer; do
        h5diff "$2/model.h5" "$1/model.h5" $group || fail "$1: $group differs from that of $2"
    done
    diff <(ls -A "$2") <(ls -A "$1") || fail "$1: other files than those of $2"
    cmp "$2/recipe.yaml" "$1/recipe.yaml" || fail "$1: another recipe than that of $2"
}

in_use='is in use by process [0-9]* on [^ ]* since .*; wait for it, end it, or name another --output'
for seed in 1 2; do
    train 1 sound-$seed --set seed=$seed >sound.out || fail "alone: exit code $?: $(cat sound.out)"
    history sound-$seed >sound-$seed.history
done
[ ! -e sound-1/.lock ] || fail "the lock is left behind"

# --- two at once ---

for round in $(seq "${ROUNDS:-3}"); do
    for seed in 1 2; do
        beside $seed both train 2 both --set seed=$seed &
    done
    wait
    codes="$(cat both-1.code) $(cat both-2.code)"
    case $codes in
    "0 5" | "0 2") winner=1 loser=2 ;;
    "5 0" | "2 0") winner=2 loser=1 ;;
    *) fail "two at once: exit codes $codes: $(tail -n 2 both-*.out)" && break ;;
    esac
    # The one may be over before the other begins.
    grep -Eq "nntrain: both ($in_use|already holds a run)" both-$loser.out || fail "two at once: $(cat both-$loser.out)"
    unmixed both sound-$winner

    # The same folder, as after the first epochs: both go on, or the second finds everything done.
    rm both/model.h5
    find both -name 'checkpoint-*' | sort | tail -n +15 | xargs rm
    mv both resumed
    if [ $((round % 2)) -eq 1 ]; then # the owner before was killed
        cat <<L >resumed/.lock
nntrain-lock 1
host $(hostname)
boot $(cat /proc/sys/kernel/random/boot_id)
namespace $(stat -Lc %i /proc/self/ns/pid)
process $$
started 1
since once
token 00000000000000000000000000000000
beat 00000000000000000007
L
    fi
    for again in 1 2; do
        beside $again resumed train 2 resumed --set seed=$winner --resume &
    done
    wait
    codes="$(cat resumed-1.code) $(cat resumed-2.code)"
    case $codes in
    "0 5") grep -q "nntrain: resumed $in_use" resumed-2.out || fail "two resumes: $(cat resumed-2.out)" ;;
    "5 0") grep -q "nntrain: resumed $in_use" resumed-1.out || fail "two resumes: $(cat resumed-1.out)" ;;
    "0 0") [ "$(cat resumed-?.out | grep -c 'resume .*: 6 epochs and 0 steps done')" -eq 1 ] ||
        fail "two resumes, one after the other: $(cat resumed-?.out)" ;;
    *) fail "two resumes: exit codes $codes: $(tail -n 2 resumed-?.out)" ;;
    esac
    unmixed resumed sound-$winner
    rm -rf both resumed
done

# --- killed on this host ---

long=(--set training.epochs=100000 --set checkpoint.keep=3)
train 2 killed "${long[@]}" >killed.out 2>&1 &
until_true 60 has_epochs killed 2 || fail "no epochs: $(cat killed.out)"
train 1 killed "${long[@]}" --resume >refused.out 2>&1
[ $? -eq 5 ] && grep -q "nntrain: killed $in_use" refused.out || fail "a living owner: $(cat refused.out)"
grep -q '^waiting  5 s to see whether process' refused.out || fail "a living owner: $(cat refused.out)"
mapfile -t pids < <(ranks_of killed)
kill -STOP "${pids[@]}"
train 1 killed "${long[@]}" >refused.out 2>&1
[ $? -eq 5 ] && grep -q "nntrain: killed $in_use" refused.out || fail "a suspended owner: $(cat refused.out)"
kill -KILL "${pids[@]}"
wait
[ -e killed/.lock ] || fail "a killed owner leaves no lock"
epochs=$(($(field epoch killed/metrics.jsonl) + 2))
train 2 killed --resume --set training.epochs=$epochs >killed.out 2>&1 || fail "after a kill: exit code $?: $(cat killed.out)"
! grep -q '^waiting' killed.out || fail "after a kill: $(cat killed.out)"
[ -z "$(find killed -name '.lock*')" ] || fail "after a kill: left are $(find killed -name '.lock*')"

# --- other hosts ---

cat >elsewhere <<'A'
#!/usr/bin/env bash
exec unshare ${OWN:-} --uts bash -c 'hostname "$0" && exec "$@"' "$@"
A
chmod +x elsewhere
./elsewhere elsewhere true 2>/dev/null || export OWN=-r # what a root may not do in a container, or another on a host
./elsewhere elsewhere true 2>/dev/null || { echo "not tested: no host may have another name here" && finish; }

# away FOLDER: a run of one rank on another host; leaves its process in $away, once it has trained.
away() {
    ./elsewhere elsewhere "$NNTRAIN" train "$recipe" --output "$1" "${settings[@]}" "${long[@]}" >"$1.out" 2>&1 &
    away=$!
    until_true 60 has_epochs "$1" 2 || fail "$1: no epochs: $(cat "$1.out")"
}

away alive && alive=$away
away dead && dead=$away
kill -KILL $dead
wait $dead 2>/dev/null
away suspended && suspended=$away
kill -STOP $suspended
train 1 alive "${long[@]}" --resume >refused.out 2>&1
code=$?
[ $code -eq 5 ] && grep -q "nntrain: alive is in use by process $alive on elsewhere since" refused.out ||
    fail "alive on another host: $(cat refused.out)"
[ -z "$(find alive -name '.lock?*')" ] || fail "alive on another host: left are $(find alive -name '.lock*')"
kill -TERM $alive
wait $alive
code=$?
[ $code -eq 75 ] || fail "alive on another host: exit code $code: $(cat alive.out)"

# Both of them are waited for, by two each, of this host and of a third one.
for folder in dead suspended; do
    epochs=$((12 + $(field epoch $folder/metrics.jsonl)))
    beside 1 $folder train 1 $folder --resume --set training.epochs=$epochs &
    beside 2 $folder ./elsewhere third "$NNTRAIN" train "$recipe" --output $folder "${settings[@]}" --resume \
        --set training.epochs=$epochs &
done
resumed() {
    grep -qs '^epoch' "$1"-?.out
}
until_true 60 resumed suspended || fail "suspended: nobody goes on: $(cat suspended-?.out)"
kill -CONT $suspended
wait $suspended
code=$?
[ $code -eq 5 ] && grep -q "nntrain: suspended was taken over while this run (process $suspended on elsewhere) stood still .* that of process" suspended.out ||
    fail "suspended: exit code $code: $(tail -n 3 suspended.out)"
wait
for folder in dead suspended; do
    grep -q "^waiting  20 s to see whether process [0-9]* on elsewhere since .*, which has $folder, still runs" $folder-1.out ||
        fail "$folder: $(cat $folder-1.out)"
    case "$(cat $folder-1.code) $(cat $folder-2.code)" in
    "0 5" | "5 0" | "0 0") ;;
    *) fail "$folder: $(tail -n 2 $folder-?.out)" ;;
    esac
    last=$(field epoch $folder/metrics.jsonl)
    [ "$(sed -n 's/^{"epoch": \([0-9]*\),.*/\1/p' $folder/metrics.jsonl | paste -s)" = "$(seq "$last" | paste -s)" ] ||
        fail "$folder: not every epoch once: $(cut -c 1-40 $folder/metrics.jsonl)"
    train 1 whole-$folder --set training.epochs="$last" --set checkpoint.every="1000 epochs" >whole.out ||
        fail "$folder undisturbed: exit code $?: $(cat whole.out)"
    h5diff whole-$folder/model.h5 $folder/model.h5 /model || fail "$folder: the model is not that of the undisturbed run"
    [ ! -e $folder/.lock ] || fail "$folder: the lock is left behind"
done
finish
