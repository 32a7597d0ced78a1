/* SPDX-License-Identifier: MIT */
#include "checkpoint/deferred_error_driver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/files.h"
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/* HDF5's own part comes first: it hands this on as one of that kind. */
typedef struct driver_file {
    H5FD_t hdf5;
    nni_deferred_error_driver *driver;
    haddr_t allocated, end;
} driver_file;

/* What travels with the access properties. */
typedef struct access_info {
    nni_deferred_error_driver *driver;
} access_info;

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t most)
{
    (void)name, (void)flags, (void)most;
    const access_info *info = H5Pget_driver_info(access);
    driver_file *file = info ? calloc(1, sizeof *file) : NULL;
    if (file)
        file->driver = info->driver;
    return file ? &file->hdf5 : NULL;
}

static herr_t close_file(H5FD_t *file)
{
    free(file);
    return 0;
}

static haddr_t get_allocated(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const driver_file *)file)->allocated;
}

static herr_t set_allocated(H5FD_t *file, H5FD_mem_t type, haddr_t end)
{
    (void)type;
    ((driver_file *)file)->allocated = end;
    return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const driver_file *)file)->end;
}

/* @return bytes read before the end, or a failure */
static size_t read_some(const nni_deferred_error_driver *driver, haddr_t address, size_t size, char *bytes)
{
    size_t done = 0;
    while (done < size) {
        const ssize_t got = pread(driver->file, bytes + done, size - done, driver->begins + (off_t)(address + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

static herr_t read_file(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *bytes)
{
    (void)type, (void)transfer;
    const size_t got = read_some(((driver_file *)file)->driver, address, size, bytes);
    memset((char *)bytes + got, 0, size - got);
    return 0;
}

static herr_t write_file(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *bytes)
{
    (void)type, (void)transfer;
    driver_file *own = (driver_file *)file;
    nni_deferred_error_driver *driver = own->driver;
    if (driver->reason == 0 && !nni_write_at(driver->file, bytes, size, driver->begins + (off_t)address))
        driver->reason = errno;
    own->end = address + size > own->end ? address + size : own->end;
    return 0;
}

/* The file is as long as what is allocated in it, written or not. */
static herr_t truncate_file(H5FD_t *file, hid_t transfer, hbool_t closing)
{
    (void)transfer, (void)closing;
    driver_file *own = (driver_file *)file;
    nni_deferred_error_driver *driver = own->driver;
    if (own->end != own->allocated && ftruncate(driver->file, driver->begins + (off_t)own->allocated) != 0 &&
        driver->reason == 0)
        driver->reason = errno;
    own->end = own->allocated;
    return 0;
}

hid_t nni_deferred_error_driver_create(nni_deferred_error_driver *driver)
{
    const H5FD_class_t class = {
#if H5_VERSION_GE(1, 13, 0)
        .version = H5FD_CLASS_VERSION,
        .value = (H5FD_class_value_t)511, /* of those that HDF5 leaves to drivers that it knows nothing of */
#endif
        .name = "nntrain_deferred_errors",
        .maxaddr = ((haddr_t)1 << 62) - 1,
        .fc_degree = H5F_CLOSE_STRONG,
        .fapl_size = sizeof(access_info),
        .open = open_file,
        .close = close_file,
        .get_eoa = get_allocated,
        .set_eoa = set_allocated,
        .get_eof = get_end,
        .read = read_file,
        .write = write_file,
        .truncate = truncate_file,
        .fl_map = H5FD_FLMAP_DICHOTOMY,
    };
    const access_info info = {.driver = driver};
    driver->reason = 0;
    const hid_t kind = H5FDregister(&class), access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t file = -1;
    if (kind >= 0 && access >= 0 && H5Pset_driver(access, kind, &info) >= 0)
        file = H5Fcreate("checkpoint", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (access >= 0)
        H5Pclose(access);
    if (kind >= 0)
        H5FDunregister(kind);
    return file;
}
