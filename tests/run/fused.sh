#!/usr/bin/env bash
# Multiply-adds are fused where the source says so and nowhere else, whatever the compiler and its flags: the matrix kernels
# multiply by fused instructions only, elementwise functions where they name one, and all else rounds products apart. Bits
# of a model would depend on the compiler otherwise.
. "$(dirname "$0")/lib.sh"

objects=$BUILD/src/CMakeFiles/libnntrain.dir
[ "$(uname -m)" = x86_64 ] || { echo "skipped: knows the instructions of x86-64 only"; exit 77; }
command -v objdump >/dev/null || { echo "skipped: there is no objdump (Debian: binutils)"; exit 77; }

# count PATTERN OBJECT: instructions of that name.
count() {
    objdump -d "$2" | grep -cE "[[:space:]]$1[a-z0-9]*[[:space:]]"
}

if [ "$(count vmov "$objects/kernels/gemm_avx2.c.o")" -eq 0 ]; then
    echo "skipped: objects for the link-time optimiser hold no instructions; what they become is checked by test_gemm"
    exit 77
fi
for name in gemm_avx2 gemm_avx512 gemm_bf16_avx2; do
    object=$objects/kernels/$name.c.o
    [ "$(count vfn?m "$object")" -gt 0 ] || fail "$name has no fused multiply-adds"
    [ "$(count vmul "$object")" -eq 0 ] || fail "$name rounds $(count vmul "$object") products apart"
done
[ "$(count vdpbf16 "$objects/kernels/gemm_bf16_avx512.c.o")" -gt 0 ] || fail "gemm_bf16_avx512 does not use the instruction for pairs"
for name in elementwise_avx2 elementwise_avx512; do
    [ "$(count vfn?m "$objects/kernels/$name.c.o")" -gt 0 ] || fail "$name does not fuse what the source asks for"
done
checked=0
while read -r object; do
    [ "$(count vfn?m "$object")" -eq 0 ] || fail "${object#"$objects/"}: a compiler fused $(count vfn?m "$object") multiply-adds that the source has apart"
    checked=$((checked + 1))
done < <(find "$objects" -name '*.o' ! -name 'gemm_*avx*' ! -name 'elementwise_avx*')
[ $checked -gt 100 ] || fail "only $checked objects were looked at in $objects"
finish
