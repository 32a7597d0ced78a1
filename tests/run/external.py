# SPDX-License-Identifier: MIT
"""external.py FOLDER: HDF5 files whose rows lie in others, whole and damaged. The rows are those of good.h5."""
import os
import shutil
import sys

import h5py
import numpy as np

os.chdir(sys.argv[1])
ROWS, FEATURES, PARTS = 100, 4, 5
EACH = ROWS // PARTS
with h5py.File("good.h5") as file:
    x, y = file["/train/x"][:], file["/train/y"][:]


def source(name, dataset="x", shape=(EACH, FEATURES)):
    return h5py.VirtualSource(name, dataset, shape=shape)


def write(name, fill, fillvalue=None, rows=ROWS):
    layout = h5py.VirtualLayout((rows, FEATURES), "f8")
    fill(layout)
    with h5py.File(name, "w") as file:
        file["/train/y"] = y if rows == ROWS else np.zeros(min(rows, 10), "i4")
        file.create_virtual_dataset("/train/x", layout, fillvalue=fillvalue)


def join(pattern, dataset="x", skip=()):
    def fill(layout):
        for i in range(PARTS):
            if i not in skip:
                layout[i * EACH : (i + 1) * EACH] = source(pattern.format(i), dataset)

    return fill


def write_x(name, **datasets):
    with h5py.File(name, "w") as file:
        for key, values in datasets.items():
            file[key] = values


for i in range(PARTS):
    write_x(f"part-{i}.h5", x=x[i * EACH : (i + 1) * EACH])
for letter in "tsk":
    for i in range(PARTS):
        shutil.copy(f"part-{i}.h5", f"{letter}-{i}.h5")
os.truncate("t-2.h5", 1500)
write_x("s-1.h5", x=x[:8])
write_x("k-1.h5", x=np.array([[b"a"] * FEATURES] * EACH))
write_x("half.h5", even=x[::2], odd=x[1::2], left=x[:, :2], right=x[:, 2:])

write("parts.h5", join("part-{}.h5"))
write("nested.h5", lambda layout: layout.__setitem__(slice(0, ROWS), source("parts.h5", "/train/x", (ROWS, FEATURES))))
write("truncated.h5", join("t-{}.h5"))
write("few-rows.h5", join("s-{}.h5"))
write("texts.h5", join("k-{}.h5"))
write("no-dataset.h5", join("part-{}.h5", "z"))
write("gap.h5", join("part-{}.h5", skip=(2,)))
write("meant.h5", join("part-{}.h5", skip=(2,)), fillvalue=7.5)


def turns(layout):
    layout[::2] = source("half.h5", "even", (ROWS // 2, FEATURES))
    layout[1::2] = source("half.h5", "odd", (ROWS // 2, FEATURES))


def tiles(rows):
    def fill(layout):
        layout[:, :2] = source("half.h5", "left", (ROWS, 2))
        layout[:rows, 2:] = source("half.h5", "right", (ROWS, 2))[:rows]

    return fill


write("turns.h5", turns)
write("tiles.h5", tiles(ROWS))
write("tile-gap.h5", tiles(60))


# Sources that have grown since, behind their rows and beside them.
more = np.full((EACH, FEATURES), 7.5)
for i in range(PARTS):
    write_x(f"g-{i}.h5", x=np.concatenate((x[i * EACH : (i + 1) * EACH], more)))
    write_x(f"b-{i}.h5", x=np.concatenate((x[i * EACH : (i + 1) * EACH], more), axis=1))
write_x("g-columns.h5", **{f"c{k}": np.concatenate((x[:, k], more[:, k])) for k in range(FEATURES)})
write("grown.h5", join("g-{}.h5"))
write("broader.h5", join("b-{}.h5"))
write("columns.h5", lambda layout: [layout.__setitem__((slice(0, ROWS), k), source("g-columns.h5", f"c{k}", (ROWS,)))
                                    for k in range(FEATURES)])


def write_unlimited(name, pattern, block, dataset="x"):
    """A series of sources, which %b numbers, or one source that may grow."""
    unlimited = h5py.h5s.UNLIMITED
    space = h5py.h5s.create_simple((ROWS, FEATURES), (unlimited, FEATURES))
    origin = h5py.h5s.create_simple((block, FEATURES), (unlimited if block == ROWS else block, FEATURES))
    if block == ROWS:
        space.select_hyperslab((0, 0), (1, 1), (1, 1), (unlimited, FEATURES))
        origin.select_hyperslab((0, 0), (1, 1), (1, 1), (unlimited, FEATURES))
    else:
        space.select_hyperslab((0, 0), (unlimited, 1), (block, 1), (block, FEATURES))
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_virtual(space, pattern.encode(), dataset.encode(), origin)
    shape = h5py.h5s.create_simple((0, FEATURES), (unlimited, FEATURES))
    with h5py.File(name, "w", libver="latest") as file:
        file["/train/y"] = y
        h5py.h5d.create(file["train"].id, b"x", h5py.h5t.NATIVE_DOUBLE, shape, properties)


for i in (0, 1, 3, 4):
    shutil.copy(f"part-{i}.h5", f"h-{i}.h5")
write_unlimited("series.h5", "part-%b.h5", EACH)
write_unlimited("series-gap.h5", "h-%b.h5", EACH)
with h5py.File("grows.h5", "w") as file:
    file.create_dataset("x", data=x, maxshape=(None, FEATURES), chunks=(10, FEATURES))
write_unlimited("growing.h5", "grows.h5", ROWS)

# Names of classes that are not there; only numbers have some.
for name, values in ("texts", np.array([b"%d" % i for i in y])), ("numbers", y):
    write_x(f"classes-{name}.h5", **{"train/x": x, "train/y": values})
    with h5py.File(f"classes-{name}.h5", "a") as file:
        file["classes"] = h5py.ExternalLink("nowhere.h5", "/classes")

# Virtual datasets of virtual datasets.
whole = lambda name: lambda layout: layout.__setitem__(slice(0, ROWS), source(name, "/train/x", (ROWS, FEATURES)))
write("mutual-a.h5", whole("mutual-b.h5"))
write("mutual-b.h5", whole("mutual-a.h5"))
for i in range(12):
    write(f"chain-{i}.h5", whole(f"chain-{i + 1}.h5" if i < 11 else "good.h5"))


def row_0(name, dataset, rows):
    def fill(layout):
        for i in range(ROWS):
            layout[i] = source(name, dataset, (rows, FEATURES))[0]

    return fill


for i in range(6):
    write(f"bomb-{i}.h5", row_0(f"bomb-{i + 1}.h5" if i < 5 else "good.h5", "/train/x", ROWS))
write_x("claims-x.h5")
with h5py.File("claims-x.h5", "w") as file:
    file.create_dataset("x", (1 << 40, FEATURES), "f8", chunks=(1000, FEATURES))
write("wide.h5", lambda layout: layout.__setitem__(slice(0, 1 << 40), source("claims-x.h5", "x", (1 << 40, FEATURES))),
      rows=1 << 40)

# As wide, of two sources by turns, of each of which 256 bytes were ever written.
with h5py.File("claims-turns.h5", "w") as file:
    for name in "ab":
        file.create_dataset(name, (1 << 22, FEATURES), "f8", chunks=(8, FEATURES))[:8] = 1
write("wide-turns.h5", lambda layout: [layout.__setitem__(slice(i << 22, (i + 1) << 22), source("claims-turns.h5", "ab"[i % 2], (1 << 22, FEATURES)))
                                       for i in range(8)], rows=1 << 25)

for i in range(ROWS):
    write_x(f"row-{i}.h5", x=x[i : i + 1])
write("many.h5", lambda layout: [layout.__setitem__(i, source(f"row-{i}.h5", "x", (1, FEATURES))[0]) for i in range(ROWS)])

os.mkdir("disk")
for i in range(PARTS):
    shutil.copy(f"part-{i}.h5", f"disk/part-{i}.h5")
write("disk.h5", join("disk/part-{}.h5"))

with h5py.File("deep.h5", "w") as file:
    group = file
    for _ in range(10000):
        group = group.create_group("g")
    group["x"] = x
with h5py.File("names.h5", "w") as file:
    file["a\nb/x\x1b[31m\x07"] = x
    file["a\nb/features"] = [b"u\x1bv", b"\xff", b"c\nd", b"e"]
    file["train/y"] = y
    file["bad/z\x1b"] = x
    file["bad/w"] = h5py.ExternalLink("no\x1bwhere.h5", "/z\n")
