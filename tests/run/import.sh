#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What numpy wrote is what h5py reads after an import. Skipped (code 77) where Python lacks them.
. "$(dirname "$0")/lib.sh"

need_h5py

# same FILE DATASET SOURCE: the dataset has the values, shape and, unless said otherwise, type of an array.
cat >same.py <<'P'
import sys, h5py, numpy as np
file, dataset, source = sys.argv[1:]
name, _, member = source.partition(".npz:")
expected = np.load(name + ".npz")[member] if member else np.load(source)
kind = {"bool": "uint8", "float16": "float32"}.get(expected.dtype.name, expected.dtype.name)
got = h5py.File(file)[dataset]
assert got.dtype == np.dtype(kind), (got.dtype, kind)
assert got.shape == expected.shape, (got.shape, expected.shape)
assert np.array_equal(got[:], expected.astype(kind), equal_nan=kind[0] == "f"), "other values"
P
$python - <<'P' || fail "numpy cannot write"
import numpy as np
rng = np.random.default_rng(1)
for kind in "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8".split():
    for name, order in (("little", "<"), ("big", ">")):
        x = rng.integers(0, 256, 840 * int(kind[1]), dtype="u1")
        x = (x % 2 == 0) if kind == "b1" else x.view(order + kind)
        np.save(f"{kind}-{name}.npy", x.reshape(40, 3, 7))
np.save("halves.npy", np.arange(65536, dtype="u2").view("f2"))
for version in ((1, 0), (2, 0), (3, 0)):
    with open(f"version{version[0]}.npy", "wb") as f:
        np.lib.format.write_array(f, np.arange(12.0).reshape(4, 3), version=version)
x, y = rng.random((70000, 11)).astype("f4"), rng.integers(0, 10, 70000)
np.savez("stored.npz", x=x, labels=y)
np.savez_compressed("packed.npz", x=x, labels=y)
np.save("fortran.npy", np.asfortranarray(np.ones((4, 3))))
np.save("vector.npy", np.asfortranarray(np.arange(5)))
np.save("records.npy", np.zeros(3, dtype=[("a", "f4"), ("b", "i4")]))
np.save("objects.npy", np.array([1, None, "x"], dtype=object))
np.save("texts.npy", np.array(["a", "bc"]))
np.save("complex.npy", np.ones(3, dtype="c8"))
np.save("scalar.npy", np.float32(3))
np.save("empty.npy", np.zeros((0, 3)))
import io, struct
head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 4), }\n" % 2**60
open("vast.npy", "wb").write(b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + bytes(64))
P
for file in ??-little.npy ??-big.npy halves.npy version?.npy vector.npy stored.npz:x packed.npz:x packed.npz:labels; do
    for options in "" "--compress 4" "--chunk 13 --compress 1"; do
        "$NNTRAIN" import npy --train-x "$file" --output out.h5 $options >/dev/null || fail "$file: exit code $?"
        $python same.py out.h5 /train/x "$file" || fail "$file $options"
    done
done
"$NNTRAIN" import npy --train-x stored.npz:x --train-y packed.npz:labels --test-x packed.npz:x.npy \
    --test-y stored.npz:labels --output four.h5 >/dev/null || fail "four arrays: exit code $?"
for dataset in train/x train/y test/x test/y; do
    array=stored.npz:x
    [ "${dataset#*/}" = y ] && array=stored.npz:labels
    $python same.py four.h5 /$dataset $array || fail "four arrays: $dataset"
done

# refused FILE WORDS: with exit code 3, these words, and no file left behind.
refused() {
    "$NNTRAIN" import npy --train-x "$1" --output none.h5 >out 2>err
    [ $? -eq 3 ] || fail "$1: exit code is not 3"
    grep -q -e "$2" err || fail "$1: '$2' is not in: $(cat err)"
    [ "$(wc -l <err)" -eq 1 ] || fail "$1: more than a sentence: $(cat err)"
    ! ls none.h5* 2>/dev/null || fail "$1: a file is left behind"
}
head -c -1 i4-little.npy >short.npy
head -c 40 i4-little.npy >header.npy
{ cat i4-little.npy && echo; } >long.npy
head -c -9 packed.npz >short.npz
refused fortran.npy "numpy.ascontiguousarray"
refused records.npy "structured dtype"
refused objects.npy "dtype object"
refused texts.npy "dtype '<U2'"
refused complex.npy "dtype '<c8'"
refused scalar.npy "a single value"
refused empty.npy "dimension 1 of its shape is 0"
refused vast.npy "1152921504606846976 rows of 16 bytes, but 64 bytes follow"
refused short.npy "is truncated"
refused header.npy "amid its header"
refused long.npy "longer than it should be"
refused short.npz:x "its directory is missing"
refused packed.npz:z "has no array z; it has x, labels"
refused packed.npz "name one of them"
refused absent.npy "there is no file"
refused . "is a folder"
refused same.py "does not begin with"
finish
