#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Models as C for other machines: what `nntrain export c` writes, compiled by every compiler that is found, and run, here or
# under QEMU; its self-test must pass. The suite's test_source compiles by the build's compiler alone.
#   scripts/check_source.sh [--nntrain PROGRAM] [--output FILE]
# Prints a Markdown table, also into FILE: code and constants of the compiled file in bytes, the result of the self-test, and
# whether the predictions have the bits of the first line, the trainer's. Debian: gcc-arm-none-eabi libnewlib-arm-none-eabi
# gcc-arm-linux-gnueabihf gcc-aarch64-linux-gnu gcc-riscv64-linux-gnu qemu-user qemu-system-arm clang
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

nntrain=$PWD/build/release/src/nntrain output=""
while [ $# -gt 1 ]; do
    case $1 in
    --nntrain) nntrain=$(realpath "$2") ;;
    --output) output=$(realpath "$2") ;;
    *) break ;;
    esac
    shift 2
done
[ $# -eq 0 ] || { echo "usage: ${0##*/} [--nntrain PROGRAM] [--output FILE]" >&2; exit 2; }
datasets=$PWD/datasets work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# --- models: one of everyday functions, one of all the others ---
train() { # FOLDER RECIPE SETTING...
    local folder=$1 recipe=$2 setting
    shift 2
    local settings=()
    for setting; do settings+=(--set "$setting"); done
    "$nntrain" train "$recipe" --set training.epochs=3 "${settings[@]}" --output "$folder" >"$folder.log" 2>&1 ||
        { cat "$folder.log" >&2; exit 1; }
}
train digits "$datasets/digits/recipe.yaml"
train many "$datasets/digits/recipe.yaml" 'network.layers=[{units: 32, activation: gelu, normalization: batch}, {units: 32,
    activation: gelu_tanh, normalization: layer}, {units: 24, activation: silu}, {units: 24, activation: selu}, {units: 24,
    activation: softplus}, {units: 24, activation: tanh}, {units: 10, activation: softmax}]'
cat >main.c <<'END'
#include <string.h>
#include MODEL
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#ifdef BOARD
#include <stdint.h>
extern int main(void);
void start(void);
/* Stack and entry of a Cortex-M, which speaks to QEMU by semihosting. */
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[2] = {0x20400000, (uintptr_t)start};
static void call(int number, uintptr_t with)
{
    register int operation __asm__("r0") = number;
    register uintptr_t argument __asm__("r1") = with;
    __asm__ volatile("bkpt 0xab" : "+r"(operation) : "r"(argument) : "memory");
}
static void put(char c)
{
    call(3, (uintptr_t)&c);
}
void start(void)
{
#ifdef __ARM_FP
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* the floating-point unit is off at first */
    __asm__ volatile("dsb\n\tisb");
#endif
    main();
    call(0x18, 0x20026);
}
#else
#include <stdio.h>
static void put(char c)
{
    putchar(c);
}
#endif
int main(void)
{
    static const char digits[] = "0123456789abcdef";
    NUMBER x[PASTE(UPPER, _FEATURES)], y[PASTE(UPPER, _OUTPUTS)];
    unsigned char bytes[sizeof y];
    for (int i = 0; i < PASTE(UPPER, _FEATURES); i++)
        x[i] = (NUMBER)(i * 7 % 17);
    PASTE(NAME, _predict)(x, y);
    memcpy(bytes, y, sizeof y);
    put(digits[PASTE(NAME, _self_test)()]);
    put(' ');
    for (unsigned i = 0; i < sizeof y; i++) {
        put(digits[bytes[i] / 16]);
        put(digits[bytes[i] % 16]);
    }
    put('\n');
    return 0;
}
END
cat >board.ld <<'END'
MEMORY { FLASH (rx) : ORIGIN = 0, LENGTH = 4M  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 4M }
SECTIONS {
    .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) *(.ARM.ex*) } > FLASH
    .data : { *(.data*) } > RAM
    .bss : { __bss_start__ = .; *(.bss*) *(COMMON) __bss_end__ = .; end = .; } > RAM
}
END

# --- compilers: a title, how its programs run, and the command ---
failed=0
strict="-std=c99 -Wall -Wextra -pedantic -Werror -ffp-contract=off"
first=""
board="timeout 60 qemu-system-arm -M mps2-an386 -nographic -semihosting -kernel"
row() { # MODEL TYPE TITLE RUN COMMAND...
    local model=$1 type=$2 title=$3 run=$4 name=$1_$2 number=float result same=- sizes
    shift 4
    command -v "$1" >/dev/null || { echo "$title: $1 is not installed" >&2; return 0; }
    [ "$type" != double ] || number=double
    # shellcheck disable=SC2086
    if ! "$@" $strict -DUPPER="${name^^}" -DNAME="$name" -D"${name^^}"_SELF_TEST -DNUMBER=$number -DMODEL="\"$name.h\"" \
        main.c "$name.c" -lm -o "$name.out" 2>errors || ! "$@" $strict -c "$name.c" -o "$name.o" 2>>errors; then
        cat errors >&2
        failed=1
        return 0
    fi
    sizes=$(size -A "$name.o" 2>/dev/null | awk '$1 ~ /^\.text/ { text += $2 } $1 ~ /^\.s?rodata/ { data += $2 }
        $1 ~ /^\.s?(data|bss)$/ { changes += $2 } END { printf "%d | %d | %d", text, data, changes }')
    if result=$($run "./$name.out" 2>&1); then
        [ "${result%% *}" = 0 ] || failed=1
        [ -n "$first" ] || first=${result#* }
        same=$([ "${result#* }" = "$first" ] && echo yes || echo no)
        result=$([ "${result%% *}" = 0 ] && echo passes || echo "fails at row ${result%% *}")
    else
        result="does not run" failed=1
    fi
    echo "| $model | $type | $title | $sizes | $result | $same |"
}

table() {
    echo "| model | type | compiler | code | constants | variables | self-test | trainer's bits |"
    echo "|---|---|---|---|---|---|---|---|"
    local model type
    for model in digits many; do
        for type in float double int8; do
            "$nntrain" export c $model/model.h5 --type $type --output "${model}_$type.c" >/dev/null
            first=""
            if grep -qw fma /proc/cpuinfo; then
                row $model $type "gcc, x86-64 with FMA" "" gcc -O2 -mfma
                row $model $type "clang, x86-64 with FMA" "" clang -O2 -mfma
            fi
            row $model $type "gcc, x86-64" "" gcc -O2
            row $model $type "clang, x86-64" "" clang -O2
            row $model $type "gcc, AArch64" "qemu-aarch64 -L /usr/aarch64-linux-gnu" aarch64-linux-gnu-gcc -O2
            row $model $type "gcc, 32-bit ARM" "qemu-arm -L /usr/arm-linux-gnueabihf" arm-linux-gnueabihf-gcc -O2
            row $model $type "gcc, RISC-V 64" "qemu-riscv64 -L /usr/riscv64-linux-gnu" riscv64-linux-gnu-gcc -O2
            row $model $type "gcc, Cortex-M4F" "$board" arm-none-eabi-gcc -Os -mcpu=cortex-m4 -mthumb \
                -mfpu=fpv4-sp-d16 -mfloat-abi=hard -DBOARD -nostartfiles -T board.ld
            row $model $type "gcc, Cortex-M0" "$board" arm-none-eabi-gcc -Os -mcpu=cortex-m0 -mthumb \
                -DBOARD -nostartfiles -T board.ld
        done
    done
}
table >table
cat table
[ -z "$output" ] || cp table "$output"
exit $failed
