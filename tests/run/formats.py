#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the same samples as other programs would: formats.py FOLDER. Prints a line "NAME FILE X Y" for each, behind which
come the columns of x and y where some are chosen."""
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np

ROWS, HEIGHT, WIDTH = 240, 4, 3
OUTPUTS = 3
KINDS = ["fig", "lime", "pear"]  # classes as texts, in their order
folder = sys.argv[1]
os.chdir(folder)

# Small whole numbers are the same in every type; classes follow from the features, so that there is something to learn.
random = np.random.default_rng(7)
images = random.integers(0, 100, (ROWS, HEIGHT, WIDTH, 1), dtype=np.uint8)
flat = images.reshape(ROWS, -1)
labels = flat.reshape(ROWS, OUTPUTS, -1).sum(2).argmax(1).astype(np.int64)
bits = flat > 50


def tell(name, file, x="x", y="y", *columns):
    print(name, file, x, y, *columns)


def write(name, x, y, **storage):
    """A file with x, stored as asked for, and y."""
    with h5py.File(name + ".h5", "w") as file:
        file.create_dataset("x", data=x, **storage)
        file.create_dataset("y", data=y)
    tell(name, name + ".h5")


# What the others are compared with: numbers, one-hot targets and bits in the plainest form.
write("plain", flat.astype(np.float32), labels)
write("plain_onehot", flat.astype(np.float32), np.eye(OUTPUTS, dtype=np.float32)[labels])
write("plain_bits", bits.astype(np.float32), labels)

# h5py and Keras
write("float64", flat.astype(np.float64), labels)
write("gzip", flat.astype(np.float32), labels, chunks=(50, 5), compression="gzip", shuffle=True, fletcher32=True)
write("lzf", flat.astype(np.float64), labels.astype(np.uint8), chunks=(32, 12), compression="lzf", shuffle=True)
write("images", images, labels.reshape(-1, 1), chunks=(16, HEIGHT, WIDTH, 1), compression="gzip")
write("resizable", flat.astype(np.float32), labels, maxshape=(None, flat.shape[1]), chunks=(7, flat.shape[1]))
write("float16", flat.astype(np.float16), labels)
write("bigendian", flat.astype(">f4"), labels.astype(">i2"))
write("bool", bits, labels.astype(np.uint16))
write("onehot_bool", flat, np.eye(OUTPUTS, dtype=bool)[labels])
write("onehot_int", flat.astype(np.int32), np.eye(OUTPUTS, dtype=np.int64)[labels])

# Filters that are plugins; PyTables brings its own blosc, which a reader lacks all the same. Blosc's seven numbers end in
# level, shuffle and codec: LZ4, zstd.
BLOSC = h5py.h5z.filter_avail(32001)
for name, number, options, package in (
    ("lz4", 32004, (0,), "hdf5-filter-plugin"),
    ("bzip2", 307, (9,), "hdf5-filter-plugin"),
    ("blosc", 32001, (0, 0, 0, 0, 5, 1, 1), "hdf5-filter-plugin-blosc-serial"),
    ("blosc_zstd", 32001, (0, 0, 0, 0, 5, 2, 5), "hdf5-filter-plugin-blosc-serial"),
    ("zstd", 32015, (3,), "a plugin of zstd (32015)"),
):
    if h5py.h5z.filter_avail(number):
        write(name, flat.astype(np.float32), labels, chunks=(60, 12), compression=number, compression_opts=options)
    else:
        print("lacking", package)

# The newest format of files, and names in groups with spaces
with h5py.File("latest.h5", "w", libver="latest") as file:
    group = file.create_group("data set", track_order=True)
    group.create_dataset("features", data=flat, chunks=(10, 12))
    group.create_dataset("labels", data=labels)
    file["x"] = h5py.SoftLink("/data set/features")
    file["y"] = group["labels"]
tell("latest", "latest.h5")

# A dataset in another file
with h5py.File("external.h5", "w") as file:
    file["x"] = h5py.ExternalLink("plain.h5", "/x")
    file["y"] = labels
tell("external_link", "external.h5")

# A virtual dataset over three files
layout = h5py.VirtualLayout(shape=flat.shape, dtype=np.float32)
for part in range(3):
    begin, end = part * ROWS // 3, (part + 1) * ROWS // 3
    with h5py.File(f"part{part}.h5", "w") as file:
        file["x"] = flat[begin:end].astype(np.float32)
    layout[begin:end] = h5py.VirtualSource(f"part{part}.h5", "x", shape=(end - begin, flat.shape[1]))
with h5py.File("virtual.h5", "w") as file:
    file.create_virtual_dataset("x", layout)
    file["y"] = labels
tell("virtual", "virtual.h5")

# MATLAB's version 7.3 by its own rules, as no free program writes it: a user block of 512 bytes with a line of text, an
# attribute MATLAB_class, and arrays whose dimensions come in reverse, here of a matrix with a column a sample.
with h5py.File("matlab.mat", "w", userblock_size=512) as file:
    for name, values, kind in (("x", flat.astype(np.float64), "double"), ("y", labels.astype(np.uint8)[:, None], "uint8")):
        file.create_dataset(name, data=values, chunks=(60, values.shape[1]), compression="gzip", compression_opts=3)
        file[name].attrs["MATLAB_class"] = np.bytes_(kind)
with open("matlab.mat", "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
tell("matlab", "matlab.mat")

# Octave's: a group for each variable, and in it the matrix, here with a column a sample as Octave reads and writes it.
if shutil.which("octave-cli"):
    for name, kind in (("octave", "double"), ("octave_single", "single")):
        program = f'd = load("plain.h5"); x = {kind}(d.x); y = int8(d.y); save("-hdf5", "{name}.h5", "x", "y")'
        subprocess.run(["octave-cli", "--quiet", "--no-init-file", "--eval", program], stderr=subprocess.DEVNULL, check=True)
        tell(name, f"{name}.h5", "x/value", "y/value")
else:
    print("lacking octave")

try:
    import netCDF4
except ImportError:
    print("lacking python3-netcdf4")
else:
    with netCDF4.Dataset("netcdf.nc", "w", format="NETCDF4") as file:
        file.createDimension("sample", None)
        file.createDimension("feature", flat.shape[1])
        x = file.createVariable("x", "f4", ("sample", "feature"), zlib=True, fill_value=-9999.0)
        x.units = "K"
        x[:] = flat
        file.createVariable("y", "i4", ("sample",), fill_value=-1)[:] = labels
    tell("netcdf", "netcdf.nc")

try:
    import tables
except ImportError:
    print("lacking python3-tables")
else:
    with tables.open_file("pytables.h5", "w") as file:
        zlib = tables.Filters(complevel=5, complib="zlib", shuffle=True)
        file.create_carray("/", "x", obj=flat.astype(np.float64), filters=zlib)
        file.create_earray("/", "y", obj=labels, filters=zlib)
    tell("pytables", "pytables.h5")

    if BLOSC:
        with tables.open_file("pytables_blosc.h5", "w") as file:
            blosc = tables.Filters(complevel=5, complib="blosc:zstd", shuffle=True)
            file.create_carray("/", "x", obj=flat, filters=blosc)
            file.create_carray("/", "y", obj=labels, filters=blosc)
        tell("pytables_blosc", "pytables_blosc.h5")

    # A table: columns of numbers and of an array, and classes that are numbers or texts
    class Sample(tables.IsDescription):
        number = tables.Int64Col()
        first = tables.Float32Col()
        rest = tables.Float32Col(shape=flat.shape[1] - 1)
        label = tables.UInt8Col()
        kind = tables.StringCol(4)

    with tables.open_file("pytables_table.h5", "w") as file:
        table = file.create_table("/", "samples", Sample, filters=tables.Filters(complevel=3, complib="zlib"), chunkshape=50)
        for i in range(ROWS):
            row = table.row
            row["number"], row["first"], row["rest"], row["label"] = i, flat[i, 0], flat[i, 1:], labels[i]
            row["kind"] = KINDS[labels[i]]
            row.append()
    tell("pytables_table", "pytables_table.h5", "samples", "samples", "first,rest", "label")
    tell("pytables_texts", "pytables_table.h5", "samples", "samples", "first,rest", "kind")

try:
    import pandas
    import tables
except ImportError:
    print("lacking python3-pandas")
else:
    frame = pandas.DataFrame(flat.astype(np.float32), columns=[f"pixel{i}" for i in range(flat.shape[1])])
    frame["label"] = labels
    frame["kind"] = np.array(KINDS)[labels]
    # Tables, with columns of a type in one array or each column by itself, and the fixed format of arrays
    frame.to_hdf("pandas.h5", "blocks", format="table", complevel=4, mode="w")
    frame.to_hdf("pandas.h5", "columns", format="table", data_columns=True, index=False)
    frame.drop(columns="kind").to_hdf("pandas.h5", "fixed", format="fixed")
    pixels = ",".join(frame.columns[: flat.shape[1]])
    tell("pandas_blocks", "pandas.h5", "blocks/table", "blocks/table", "values_block_0", "values_block_1")
    tell("pandas_blocks_texts", "pandas.h5", "blocks/table", "blocks/table", "values_block_0", "values_block_2")
    tell("pandas_columns", "pandas.h5", "columns/table", "columns/table", pixels, "label")
    tell("pandas_columns_texts", "pandas.h5", "columns/table", "columns/table", pixels, "kind")
    tell("pandas_fixed", "pandas.h5", "fixed/block0_values", "fixed/block1_values")
