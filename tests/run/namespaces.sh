# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Several hosts on this machine: network namespaces on one bridge, joined by links of a rate, between which MPI has TCP alone.
# Sourced first, in place of lib.sh. A host has a name, /dev/shm and the folder `private` to itself (host0 that of the test),
# and all other files in common. All of it, processes too, is in namespaces of its own and ends with them: names are nobody else's, and nothing stays
# behind. Exit code 77 where they cannot be made.
if [ -z "${APART:-}" ]; then
    export APART=1 PATH=$PATH:/usr/sbin:/sbin within
    within=$(mktemp -d "${TMPDIR:-/tmp}/nntrain-hosts-XXXXXX")
    inside=
    trap '[ -z "$inside" ] || kill -KILL "$inside" 2>/dev/null; rm -rf "$within"' EXIT
    trap 'exit 1' INT TERM
    apart=(unshare --net --mount --pid --fork --kill-child --mount-proc)
    "${apart[@]}" true 2>/dev/null || apart+=(--map-root-user) # what a root may not do in a container, or a user anywhere
    "${apart[@]}" true 2>/dev/null || { echo "skipped: no network namespaces may be made here" && exit 77; }
    "${apart[@]}" bash "$0" "$@" &
    inside=$!
    wait "$inside"
    code=$?
    inside=
    exit $code
fi
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# set_rate RATE: of all links, both ways.
set_rate() {
    local port
    for ((port = 0; port < host_count; port++)); do
        tc qdisc replace dev port$port root tbf rate "$1" burst 256kb latency 30ms &&
            tc -n host$port qdisc replace dev eth0 root tbf rate "$1" burst 256kb latency 30ms || return 1
    done
}

make_host() {
    local host=host$1 port=port$1
    ip netns add "$host" && ip link add name "$port" type veth peer name eth0 netns "$host" &&
        ip link set "$port" master switch up && ip -n "$host" link set lo up &&
        ip -n "$host" addr add "10.9.8.$(($1 + 1))/24" dev eth0 && ip -n "$host" link set eth0 up || return 1
    # Others grow their window by times of arrival, which mean little where hosts share cores.
    ip netns exec "$host" sysctl -qw net.ipv4.tcp_congestion_control=reno
}

connect_hosts() {
    mount -t tmpfs run /run && mkdir /run/netns && ip link add name switch type bridge && ip link set switch up || return 1
    local host
    for ((host = 0; host < host_count; host++)); do
        make_host $host || return 1
    done
    set_rate "$1"
}

# make_hosts N RATE: host0 to host(N - 1), or ends the test.
make_hosts() {
    host_count=$1
    connect_hosts "$2" 2>log ||
        { echo "skipped: no hosts can be made of namespaces here (Debian: iproute2): $(tail -n 1 log)" && exit 77; }
    mkdir private
    # agent HOST COMMAND...: as Open MPI starts its daemon on another host.
    cat >agent <<'A'
#!/usr/bin/env bash
exec ip netns exec "$1" unshare --uts --mount bash -c \
    'hostname "$0" && mount -t tmpfs own /dev/shm && { [ "$0" = host0 ] || mount -t tmpfs own "$PRIVATE"; } && eval "$@"' "$@"
A
    chmod +x agent
    export PRIVATE=$PWD/private TMPDIR=$PWD # where each host's daemon leaves a folder
    export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$PWD/agent OMPI_MCA_plm_rsh_no_tree_spawn=1 OMPI_MCA_oob_tcp_if_include=eth0
    export PRTE_MCA_plm=ssh PRTE_MCA_plm_ssh_agent=$PWD/agent PRTE_MCA_plm_ssh_no_tree_spawn=1 # Open MPI 5
    unset PRTE_MCA_rmaps_default_mapping_policy # to oversubscribe: all ranks would be on the first host
    export OMPI_MCA_pml=ob1 OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=eth0
    export OMPI_MCA_mpi_yield_when_idle=1 # hosts share cores
}

# on_hosts "RANKS RANKS ..." COMMAND...: as many ranks on host0, host1 and so on, in turn with map=node. Hosts share cores, so
# that no rank is bound to one.
on_hosts() {
    local layout=$1 count=0 list="" host=0 each
    shift
    for each in $layout; do
        list+=${list:+,}host$host:$each
        count=$((count + each)) host=$((host + 1))
    done
    # shellcheck disable=SC2086
    ./agent host0 "$(printf '%q ' ${LAUNCH% --oversubscribe} -np $count --host "$list" --map-by "${map:-slot}" --bind-to none "$@")"
}

# sent HOSTS: bytes that the interface of each has sent
sent() {
    local host
    for ((host = 0; host < $1; host++)); do
        ip netns exec host$host cat /sys/class/net/eth0/statistics/tx_bytes
    done
}
