! SPDX-License-Identifier: MIT
!> Ranks that each predict rows of their own: mpirun mpi MODEL.safetensors < rows.txt prints what openmp does.
program mpi_rows
    use mpi
    use nntrain, only: nn_model, nn_scratch
    use read_rows, only: read_all
    use, intrinsic :: iso_fortran_env, only: error_unit, real64
    implicit none
    type(nn_model) :: model
    type(nn_scratch) :: scratch
    character(len=1024) :: path
    character(len=:), allocatable :: message
    real(real64), allocatable :: x(:, :), mine(:, :), y(:, :)
    integer, allocatable :: first(:)
    integer :: status, rank, ranks, rows, ignored, i

    call MPI_Init(ignored)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ignored)
    call MPI_Comm_size(MPI_COMM_WORLD, ranks, ignored)

    ! Each rank maps the file; ranks of a host share its pages.
    call get_command_argument(1, path)
    call model%load(path, status, message)
    if (status /= 0) then
        if (rank == 0) write (error_unit, '(a)') message
        call MPI_Abort(MPI_COMM_WORLD, 3, ignored)
    end if

    rows = 0
    if (rank == 0) then
        call read_all(model%features, x)
        rows = size(x, 2)
    end if
    call MPI_Bcast(rows, 1, MPI_INTEGER, 0, MPI_COMM_WORLD, ignored)
    if (rank /= 0) allocate (x(model%features, rows))
    call MPI_Bcast(x, size(x), MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD, ignored)

    first = [(i*rows/ranks, i=0, ranks)] ! rank i has the rows after first(i + 1), to first(i + 2)
    allocate (mine(model%outputs, first(rank + 2) - first(rank + 1)), y(model%outputs, rows))
    call model%predict(x(:, first(rank + 1) + 1:first(rank + 2)), mine, scratch)
    call MPI_Gatherv(mine, size(mine), MPI_DOUBLE_PRECISION, y, model%outputs*(first(2:) - first(:ranks)), &
                     model%outputs*first(:ranks), MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD, ignored)
    if (rank == 0) then
        do i = 1, rows
            write (*, '(*(es25.16e3))') y(:, i)
        end do
    end if
    call MPI_Finalize(ignored)
end program mpi_rows
