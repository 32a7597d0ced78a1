#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Several hosts joined by 1 Gbit/s, each a network namespace on one bridge: in a step the busiest interface sends no more
# than a sum over P hosts must, 2 (P - 1) / P of the gradients, with one rank a host, two or three.
#   WIRES=N  prints a table in place of that: steps/s by default and reproducible, and with BEFORE, another nntrain, its own,
#            the medians of N runs in turns
#   RUNS="2x1 3x2"  hosts x ranks on each
# All of it, processes too, is in namespaces of its own and ends with them: names are nobody else's, and nothing stays behind.
if [ -z "${APART:-}" ]; then
    export APART=1 PATH=$PATH:/usr/sbin:/sbin within
    within=$(mktemp -d "${TMPDIR:-/tmp}/nntrain-wires-XXXXXX")
    inside=
    trap '[ -z "$inside" ] || kill -KILL "$inside" 2>/dev/null; rm -rf "$within"' EXIT
    trap 'exit 1' INT TERM
    apart=(unshare --net --mount --pid --fork --kill-child --mount-proc)
    "${apart[@]}" true 2>/dev/null || apart+=(--map-root-user) # what a root may not do in a container, or a user anywhere
    "${apart[@]}" true 2>/dev/null || { echo "skipped: no network namespaces may be made here" && exit 77; }
    "${apart[@]}" bash "$0" &
    inside=$!
    wait "$inside"
    code=$?
    inside=
    exit $code
fi
. "$(dirname "$0")/lib.sh"

# --- the hosts ---

shape=(tbf rate 1gbit burst 256kb latency 30ms)
make_host() {
    local host=host$1 port=port$1
    ip netns add "$host" && ip link add name "$port" type veth peer name eth0 netns "$host" &&
        ip link set "$port" master switch up && tc qdisc add dev "$port" root "${shape[@]}" &&
        ip -n "$host" link set lo up && ip -n "$host" addr add "10.9.8.$(($1 + 1))/24" dev eth0 &&
        ip -n "$host" link set eth0 up && tc -n "$host" qdisc add dev eth0 root "${shape[@]}" || return 1
    # Others grow their window by times of arrival, which mean little where hosts share cores.
    ip netns exec "$host" sysctl -qw net.ipv4.tcp_congestion_control=reno
}

make_hosts() {
    mount -t tmpfs run /run && mkdir /run/netns && ip link add name switch type bridge && ip link set switch up || return 1
    for host in 0 1 2 3 4 5 6 7; do
        make_host $host || return 1
    done
}
make_hosts 2>log || { echo "skipped: no hosts can be made of namespaces here (Debian: iproute2): $(tail -n 1 log)" && exit 77; }

# agent HOST COMMAND...: as Open MPI starts its daemon on another host. Hosts share nothing but files.
cat >agent <<'A'
#!/usr/bin/env bash
exec ip netns exec "$1" unshare --uts --mount bash -c 'hostname "$0" && mount -t tmpfs own /dev/shm && eval "$@"' "$@"
A
chmod +x agent
export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$PWD/agent OMPI_MCA_plm_rsh_no_tree_spawn=1 OMPI_MCA_oob_tcp_if_include=eth0
export PRTE_MCA_plm=ssh PRTE_MCA_plm_ssh_agent=$PWD/agent PRTE_MCA_plm_ssh_no_tree_spawn=1 # Open MPI 5
export TMPDIR=$PWD # where each host's daemon leaves a folder
export OMPI_MCA_pml=ob1 OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=eth0

# sent HOSTS: bytes that each one's interface has sent
sent() {
    for ((host = 0; host < $1; host++)); do
        ip netns exec host$host cat /sys/class/net/eth0/statistics/tx_bytes
    done
}

# --- what they train ---

cp -r "$DATASETS/digits" . # MPI-IO leaves a file beside it where it is killed

# train NNTRAIN HOSTS RANKS_A_HOST EPOCHS ARGUMENTS...: into a folder; 64-768-768-10, 128 rows a step, 12 steps an epoch.
layers='network.layers=[{units: 768, activation: relu}, {units: 768, activation: relu}, {units: 10, activation: softmax}]'
gradients=$((4 * (65 * 768 + 769 * 768 + 769 * 10)))
train() {
    local nntrain=$1 hosts=$2 each=$3 epochs=$4 list=
    shift 4
    for ((host = 0; host < hosts; host++)); do
        list+=${list:+,}host$host:$each
    done
    rm -rf trained
    # shellcheck disable=SC2086
    ./agent host0 "$(printf '%q ' $LAUNCH -np $((hosts * each)) --host "$list" --map-by "ppr:$each:node" \
        "$nntrain" train digits/recipe.yaml --output trained --set "$layers" --set training.batch=128 \
        --set training.epochs="$epochs" --set parallel.threads=1 --set checkpoint.every="$epochs epochs" \
        --progress lines "$@")" >out 2>&1 ||
        { fail "$hosts hosts: exit code $?: $(cat out)" && return 1; }
    grep -q " on $hosts hosts" out || fail "not on $hosts hosts: $(head -n 1 out)"
}

# bytes HOSTS RANKS_A_HOST: those that the busiest interface sends in a step, in those of the gradients. What joining and
# evaluating send is in it.
bytes() {
    local hosts=$1 each=$2 before after
    before=$(sent "$hosts")
    train "$NNTRAIN" "$hosts" "$each" 1 || return 1
    after=$(sent "$hosts")
    paste <(echo "$before") <(echo "$after") | awk -v step=$((12 * gradients)) '
        { part = ($2 - $1) / step; most = part > most ? part : most } END { printf "%.3f", most }'
}

if [ -z "${WIRES:-}" ]; then
    for run in ${RUNS:-2x1 3x1 4x1 8x1 2x2 3x2 2x3}; do
        hosts=${run%x*} each=${run#*x}
        part=$(bytes "$hosts" "$each") || { fail "$run" && continue; }
        least=$(awk "BEGIN { printf \"%.3f\", 2 * ($hosts - 1) / $hosts }")
        echo "$hosts hosts, ranks on each: $each; the busiest sends $part of the gradients a step, and a sum must $least"
        holds "$part >= $least && $part <= 1.1 * $least" || fail "$run: $part, not $least"
    done
    finish
fi

# --- the table ---

median() {
    sort -g | awk '{ value[NR] = $1 } END { printf "%.1f", (value[int((NR + 1) / 2)] + value[int((NR + 2) / 2)]) / 2 }'
}
ways=(default reproducible)
[ -z "${BEFORE:-}" ] || ways+=(before before_reproducible)
printf '%-14s' steps/s && printf ' %20s' "${ways[@]}" && echo
for run in ${RUNS:-2x1 3x1 4x1 6x1 8x1 2x2 3x2 2x3}; do
    rm -f steps-*
    for ((round = 0; round < WIRES; round++)); do
        for way in "${ways[@]}"; do
            nntrain=$NNTRAIN exact=false
            [[ $way != before* ]] || nntrain=$BEFORE
            [[ $way != *reproducible ]] || exact=true
            train "$nntrain" "${run%x*}" "${run#*x}" 3 --set parallel.reproducible=$exact || exit 1
            awk -v samples="$(field samples_per_second trained/metrics.jsonl)" 'BEGIN { print samples / (1437 / 12) }' >>"steps-$way"
        done
    done
    printf '%-14s' "${run%x*} hosts x ${run#*x}"
    for way in "${ways[@]}"; do
        printf ' %20s' "$(median <"steps-$way")"
    done
    echo
done
finish
