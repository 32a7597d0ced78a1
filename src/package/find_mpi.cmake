# SPDX-License-Identifier: MIT
# Finds MPI, tells whose it is, and finds the mpiexec that belongs to it. Where several MPI libraries are installed the
# plain mpiexec may be another one's, under which each rank would be alone.
#   -DMPI_C_COMPILER=mpicc.mpich (or the path of a compiler wrapper) chooses among them.
# Sets NNTRAIN_MPI: openmpi, or mpich for MPICH and those that descend from it.

find_package(MPI REQUIRED COMPONENTS C)

include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_LIBRARIES MPI::MPI_C)
set(CMAKE_REQUIRED_QUIET ON)
check_c_source_compiles("#include <mpi.h>
#ifndef OPEN_MPI
#error another
#endif
int main(void) { return 0; }" NNTRAIN_MPI_IS_OPENMPI)
unset(CMAKE_REQUIRED_QUIET)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NNTRAIN_MPI_IS_OPENMPI)
    set(NNTRAIN_MPI openmpi)
else()
    set(NNTRAIN_MPI mpich)
endif()

# nntrain_mpi_of_launcher(<program> <result>): openmpi, mpich or unknown.
function(nntrain_mpi_of_launcher program result)
    execute_process(COMMAND ${program} --version OUTPUT_VARIABLE text ERROR_VARIABLE text TIMEOUT 20)
    if(text MATCHES "Open MPI|OpenRTE|PRRTE")
        set(${result} openmpi PARENT_SCOPE)
    elseif(text MATCHES "HYDRA|MPICH|Intel")
        set(${result} mpich PARENT_SCOPE)
    else()
        set(${result} unknown PARENT_SCOPE)
    endif()
endfunction()

set(launcher_mpi unknown)
if(MPIEXEC_EXECUTABLE)
    nntrain_mpi_of_launcher(${MPIEXEC_EXECUTABLE} launcher_mpi)
endif()
if(NOT MPIEXEC_EXECUTABLE OR (NOT launcher_mpi STREQUAL "unknown" AND NOT launcher_mpi STREQUAL NNTRAIN_MPI))
    set(names_openmpi mpiexec.openmpi mpirun.openmpi orterun prterun)
    set(names_mpich mpiexec.mpich mpirun.mpich mpiexec.hydra)
    get_filename_component(folder "${MPI_C_COMPILER}" DIRECTORY)
    find_program(NNTRAIN_LAUNCHER NAMES ${names_${NNTRAIN_MPI}} mpiexec mpirun HINTS "${folder}")
    mark_as_advanced(NNTRAIN_LAUNCHER)
    set(launcher_mpi unknown)
    if(NNTRAIN_LAUNCHER)
        nntrain_mpi_of_launcher(${NNTRAIN_LAUNCHER} launcher_mpi)
    endif()
    if(launcher_mpi STREQUAL NNTRAIN_MPI)
        set(MPIEXEC_EXECUTABLE ${NNTRAIN_LAUNCHER} CACHE FILEPATH "Executable for running MPI programs." FORCE)
    else()
        message(WARNING "There is no mpiexec of the MPI found (${MPI_C_COMPILER}), only ${MPIEXEC_EXECUTABLE} of another; "
                        "tests on several ranks need one, named by -DMPIEXEC_EXECUTABLE=PATH")
    endif()
endif()
