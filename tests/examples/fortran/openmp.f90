! SPDX-License-Identifier: MIT
!> Threads that share one model: openmp MODEL.safetensors < rows.txt prints the outputs of each row.
program openmp
    use nntrain, only: nn_model, nn_scratch
    use read_rows, only: read_all
    use, intrinsic :: iso_fortran_env, only: error_unit, real64
    implicit none
    integer, parameter :: block_size = 16
    type(nn_model) :: model
    type(nn_scratch) :: scratch
    character(len=1024) :: path
    character(len=:), allocatable :: message
    real(real64), allocatable :: x(:, :), y(:, :)
    integer :: status, first, last, i

    call get_command_argument(1, path)
    call model%load(path, status, message)
    if (status /= 0) then
        write (error_unit, '(a)') message
        stop 3
    end if
    call read_all(model%features, x)
    allocate (y(model%outputs, size(x, 2)))

    ! A private variable of a derived type begins without memory: each thread's scratch is its own.
    !$omp parallel do private(scratch, last) schedule(static)
    do first = 1, size(x, 2), block_size
        last = min(first + block_size - 1, size(x, 2))
        call model%predict(x(:, first:last), y(:, first:last), scratch)
    end do
    !$omp end parallel do

    do i = 1, size(y, 2)
        write (*, '(*(es25.16e3))') y(:, i)
    end do
end program openmp
