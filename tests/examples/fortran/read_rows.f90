! SPDX-License-Identifier: MIT
!> What both programs read: rows of numbers.
module read_rows
    use, intrinsic :: iso_fortran_env, only: iostat_end, real64
    implicit none
contains

    !> Rows of `features` numbers from the standard input, to its end: x(features, rows).
    subroutine read_all(features, x)
        integer, intent(in) :: features
        real(real64), allocatable, intent(out) :: x(:, :)
        real(real64), allocatable :: larger(:, :)
        real(real64) :: row(features)
        integer :: rows, status

        allocate (x(features, 64))
        rows = 0
        do
            read (*, *, iostat=status) row
            if (status == iostat_end) exit
            if (status /= 0) error stop 'a line holds no row of numbers'
            if (rows == size(x, 2)) then
                allocate (larger(features, 2*rows))
                larger(:, :rows) = x
                call move_alloc(larger, x)
            end if
            rows = rows + 1
            x(:, rows) = row
        end do
        x = x(:, :rows)
    end subroutine read_all

end module read_rows
