#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Multiply-adds are fused where the source says so and nowhere else, whatever the compiler and its flags: the matrix kernels
# multiply by fused instructions only, elementwise functions where they name one, and all else rounds products apart. Bits
# of a model would depend on the compiler otherwise.
. "$(dirname "$0")/lib.sh"

# What both libraries are made of, the kernels among it, and the rest of the trainer.
objects=$BUILD/src/CMakeFiles/inference_objects.dir
trainer=$BUILD/src/CMakeFiles/nntrain_objects.dir
[ "$(uname -m)" = x86_64 ] || { echo "skipped: knows the instructions of x86-64 only"; exit 77; }
command -v objdump >/dev/null || { echo "skipped: there is no objdump (Debian: binutils)"; exit 77; }

# count PATTERN OBJECT: instructions of that name.
count() {
    objdump -d "$2" | grep -cE "[[:space:]]$1[a-z0-9]*[[:space:]]"
}

sets=$objects/kernels/isa
if [ ! -e "$sets/portable/gemm.c.o" ]; then
    fail "no objects of instruction sets in $sets"
    finish
fi
if [ "$(count mov "$sets/portable/gemm.c.o")" -eq 0 ]; then
    echo "skipped: objects for the link-time optimiser hold no instructions; what they become is checked by test_gemm"
    exit 77
fi
fused=0
for set in "$sets"/*/; do
    name=$(basename "$set")
    [ "$(count vfn?m "$set/gemm.c.o")" -gt 0 ] || continue # a processor without
    fused=$((fused + 1))
    [ "$(count vmul "$set/gemm.c.o")" -eq 0 ] || fail "$name/gemm rounds $(count vmul "$set/gemm.c.o") products apart"
    [ "$(count vfn?m "$set/elementwise.c.o")" -gt 0 ] || fail "$name/elementwise does not fuse what the source asks for"
done
# Those of src/kernels/isa/list.cmake that x86-64 has.
[ $fused -ge 2 ] || fail "only $fused instruction sets have fused multiply-adds"
pairs=$(find "$sets" -name gemm_pairs.c.o -print -quit)
[ -n "$pairs" ] && [ "$(count vdpbf16 "$pairs")" -gt 0 ] ||
    fail "no instruction set multiplies pairs of bfloat16 by the instruction for them"
checked=0
while read -r object; do
    [ "$(count vfn?m "$object")" -eq 0 ] || fail "${object#"$BUILD/"}: a compiler fused $(count vfn?m "$object") multiply-adds that the source has apart"
    checked=$((checked + 1))
done < <(find "$objects" "$trainer" -name '*.o' ! -path '*/isa/*/gemm*' ! -path '*/isa/*/elementwise.*' ! -path '*/isa/*/peak.*')
[ $checked -gt 100 ] || fail "only $checked objects were looked at in $objects and $trainer"
finish
