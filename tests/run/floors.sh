#!/usr/bin/env bash
# The floors of the house: a folder of src/ includes only headers of folders below it, or its own. SOURCE is the project.
. "$(dirname "$0")/lib.sh"

# Each folder with those it may use, as in src/CMakeLists.txt.
allowed() {
    case $1 in
    base) echo "base" ;;
    comm) echo "base comm" ;;
    kernels) echo "base kernels" ;;
    model) echo "base kernels model" ;;
    optim) echo "base kernels model optim" ;;
    data) echo "base comm kernels model data" ;;
    checkpoint) echo "base comm model optim checkpoint" ;;
    check) echo "base comm model data check" ;;
    train) echo "base comm kernels model optim data checkpoint train" ;;
    bench) echo "base comm kernels model optim data checkpoint train bench" ;;
    sim) echo "base comm bench sim" ;;
    cli) echo "base comm kernels model optim data checkpoint train check bench cli" ;;
    esac
}

for folder in "$SOURCE"/src/*/; do
    name=$(basename "$folder")
    [ "$name" = package ] && continue
    rule=$(allowed "$name")
    [ -n "$rule" ] || fail "src/$name has no place among the floors"
    for used in $(sed -n 's#^\#include "\([a-z]*\)/.*#\1#p' "$folder"*.[ch] | sort -u); do
        [ "$used" = nntrain ] && continue
        case " $rule " in
        *" $used "*) ;;
        *) fail "src/$name includes a header of $used: $(grep -l "#include \"$used/" "$folder"*.[ch] | tr '\n' ' ')" ;;
        esac
    done
done

# MPI and HDF5 stay in their rooms.
for file in $(grep -l '#include <mpi.h>' "$SOURCE"/src/*/*.[ch]); do
    case $file in */comm/* | */sim/*) ;; *) fail "$file includes mpi.h; comm alone calls MPI" ;; esac
done
for file in $(grep -l '#include <hdf5' "$SOURCE"/src/*/*.[ch]); do
    case $file in
    */data/* | */checkpoint/*) ;;
    */base/hdf5_guard.c) ;; # asks for its version, to name it
    *) fail "$file includes hdf5.h; data and checkpoint alone call HDF5" ;;
    esac
done
! grep -lE '#include (<mpi|<hdf5)' "$SOURCE"/include/nntrain/*.h || fail "a public header drags MPI or HDF5 in"
finish
