#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Ranks of several hosts, which are this one under other names: the same bits as on one host, also where the launcher deals
# out ranks in turn.
. "$(dirname "$0")/lib.sh"

# What Open MPI starts its daemon on another host with: agent HOST COMMAND... Hosts have a folder of their own.
mkdir private
export PRIVATE=$work/private
cat >agent <<'A'
#!/usr/bin/env bash
exec unshare ${OWN:-} --uts --mount bash -c 'hostname "$0" && mount -t tmpfs own "$PRIVATE" && eval "$@"' "$@"
A
chmod +x agent
./agent other true 2>/dev/null || export OWN=-r # what a root may not do in a container, or another on a host
./agent other true 2>/dev/null || { echo "skipped: no host may have another name here" && exit 77; }
own=$(hostname)
export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$work/agent OMPI_MCA_plm_rsh_no_tree_spawn=1
export PRTE_MCA_plm=ssh PRTE_MCA_plm_ssh_agent=$work/agent PRTE_MCA_plm_ssh_no_tree_spawn=1 # Open MPI 5
unset PRTE_MCA_rmaps_default_mapping_policy # to oversubscribe: all ranks would be on the first host
export PRTE_MCA_hwloc_default_binding_policy=none # more ranks than cores
export OMPI_MCA_btl_tcp_if_include=lo # the one network that they all have, whatever this machine has

# train FOLDER RANKS HOSTS ARGUMENTS...
train() {
    local folder=$1 count=$2 hosts=$3
    shift 3
    ${LAUNCH% --oversubscribe} -np "$count" --host "$hosts" ${map:+--map-by $map} "$NNTRAIN" train \
        "$DATASETS/digits/recipe.yaml" --output "$folder" --set training.epochs=1 --set parallel.threads=1 \
        --progress lines "$@" >"$folder.out" 2>&1 || fail "$folder: exit code $?: $(cat "$folder.out")"
    [ "$hosts" = "$own" ] || grep -q " on [23] hosts" "$folder.out" || fail "$folder: $(head -n 1 "$folder.out")"
}

map=
layers='network.layers=[{units: 300, activation: relu, normalization: batch}, {units: 10, activation: softmax}]'
exact=(--set parallel.reproducible=true --set optimizer=adam --set "$layers")
train one 1 "$own" "${exact[@]}"
train pairs 4 "$own:2,other:2" "${exact[@]}"
train uneven 5 "$own:3,other:1,third:1" "${exact[@]}"
train shards 6 "$own:2,other:3,third:1" "${exact[@]}" --set optimizer.shard_state=true
train private/shards 4 "$own:2,other:2" "${exact[@]}" --set optimizer.shard_state=true
map=node
train turns 4 "$own:2,other:2" "${exact[@]}"
for folder in pairs uneven shards private/shards turns; do
    for group in /model /optimizer /normalization; do
        h5diff one/model.h5 "$folder/model.h5" $group || fail "$folder: $group differs from that of one rank"
    done
done

# In any order.
map=
train loose-one 1 "$own"
train loose 4 "$own:2,other:2"
"$TOOLS/compare_models" loose-one/model.h5 loose/model.h5 1e-4 || fail "the weights are others"
finish
