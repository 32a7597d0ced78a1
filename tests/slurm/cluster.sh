# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A SLURM of its own for a test: munged, slurmctld and two slurmd, all of this host, in a folder of the test. Sourced,
# after tests/run/lib.sh.
#   cluster_start DIR   brings up the nodes n1 and n2, of 16 CPUs each whatever this host has; afterwards sbatch, squeue and
#                       the like speak to it. Exits with 77, in a sentence, where it cannot run.
#   cluster_stop        ends its jobs and daemons and whatever they left running

cluster_skip() {
    echo "skipped: $*"
    exit 77
}

# cluster_port FROM: the first port from there on at which nobody listens.
cluster_port() {
    local port=$1
    while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        port=$((port + 1))
    done
    echo "$port"
}

# Daemons stay children of this shell and die with it, even if it is killed outright.
cluster_daemon() {
    local name=$1
    shift
    setpriv --pdeathsig KILL "$@" >>"$cluster/$name.out" 2>&1 &
    cluster_pids+=($!)
}

cluster_failed() {
    tail -n 15 "$cluster"/*.out "$cluster"/*.log >&2
    echo "FAILED: $*" >&2
    exit 1
}

cluster_start() {
    local program host node port missing=()
    [ "$(id -u)" -eq 0 ] || cluster_skip "only root can start a SLURM that runs jobs"
    for program in munged munge slurmctld slurmd sbatch setpriv; do
        command -v $program >/dev/null || missing+=("$program")
    done
    [ ${#missing[@]} -eq 0 ] || cluster_skip "there is no ${missing[*]} (Debian: slurm-wlm and munge)"

    cluster=$1 cluster_pids=() host=$(hostname -s)
    mkdir -p "$cluster/munge" "$cluster/state" "$cluster/spool" "$cluster"/tmp/n{1,2}
    (umask 077 && head -c 1024 /dev/urandom >"$cluster/munge/key")
    export SLURM_CONF=$cluster/slurm.conf
    # Below those of outgoing connections; other tests of this kind begin elsewhere.
    port=$(cluster_port $((20000 + $$ * 37 % 12000)))
    # Each node needs a TmpFS of its own for srun --mpi=pmix, whose files are named after job and step alone.
    # cred_expire is also how long a job that is queued again is held back; 2 minutes otherwise.
    cat >"$SLURM_CONF" <<END
ClusterName=nntrain-test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket,cred_expire=5
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool/%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/%n.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/%n.log
SlurmdParameters=config_overrides
TmpFS=$cluster/tmp/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=5
MpiDefault=none
ReturnToService=2
KillWait=10
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(cluster_port $((port + 100))) CPUs=16
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(cluster_port $((port + 200))) CPUs=16
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
END

    # By force, since it wants a socket within everybody's reach and no root.
    cluster_daemon munged munged --foreground --force --socket="$cluster/munge/socket" --key-file="$cluster/munge/key" \
        --pid-file="$cluster/munge/pid" --log-file="$cluster/munge.log" --seed-file="$cluster/munge/seed" --num-threads=2
    until_true 30 test -S "$cluster/munge/socket" || cluster_failed "munged does not come up"
    cluster_watch
    cluster_daemon slurmctld slurmctld -D -i
    for node in n1 n2; do
        cluster_daemon $node slurmd -D -N $node
    done
    until_true 60 cluster_idle || cluster_failed "the nodes do not come up"
}

cluster_idle() {
    [ "$(timeout 10 sinfo --noheader --Node --format %T 2>/dev/null | grep -c '^idle$')" -eq 2 ]
}

cluster_empty() {
    local jobs
    jobs=$(timeout 10 squeue --noheader 2>/dev/null) && [ -z "$jobs" ]
}

# What runs with this cluster's configuration, daemons and jobs alike.
cluster_processes() {
    local file
    for file in /proc/[0-9]*/environ; do
        { tr '\0' '\n' <"$file" | grep -qxF "SLURM_CONF=$cluster/slurm.conf"; } 2>/dev/null && basename "${file%/environ}"
    done
}

# Jobs are nobody's children: where the test is killed outright, by ctest after its time for instance, this ends them.
cluster_watch() {
    # shellcheck disable=SC2016
    (
        unset SLURM_CONF
        setsid bash -c "$(declare -f cluster_processes); cluster='$cluster'"'
            while kill -0 "$1" 2>/dev/null; do sleep 1; done
            kill -KILL $(cluster_processes)
            sleep 1
            rm -rf "$cluster"' watch $$ </dev/null >/dev/null 2>&1 &
    )
}

cluster_stop() {
    [ -n "${cluster:-}" ] || return 0
    timeout 10 scancel --user root 2>/dev/null
    until_true 20 cluster_empty
    [ ${#cluster_pids[@]} -eq 0 ] || kill "${cluster_pids[@]}" 2>/dev/null
    wait "${cluster_pids[@]}" 2>/dev/null
    # shellcheck disable=SC2046
    kill -KILL $(cluster_processes) 2>/dev/null
    cluster=
}
