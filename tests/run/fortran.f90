! SPDX-License-Identifier: MIT
!> What the Fortran module promises: check CLASSES.safetensors VALUES.safetensors NONE.safetensors ends with 0 where it holds.
program check
    use nntrain
    use, intrinsic :: iso_fortran_env, only: error_unit, real32, real64
    implicit none
    integer :: failures = 0
    type(nn_model) :: model

    call classes(argument(1))
    call values(argument(2))
    call errors(argument(3))
    if (failures > 0) stop 1

contains

    function argument(number) result(text)
        integer, intent(in) :: number
        character(len=:), allocatable :: text
        integer :: length

        call get_command_argument(number, length=length)
        allocate (character(len=length) :: text)
        call get_command_argument(number, text)
    end function argument

    subroutine holds(what, condition)
        character(len=*), intent(in) :: what
        logical, intent(in) :: condition

        if (condition) return
        write (error_unit, '(2a)') 'does not hold: ', what
        failures = failures + 1
    end subroutine holds

    !> Two features; two classes with names.
    subroutine classes(path)
        character(len=*), intent(in) :: path
        real(real64) :: x(2, 5), wide(7, 9), y(2, 5), spread(5, 11), row(2), one(2)
        real(real32) :: single(2, 5), from_single(2, 5), by_row(2, 5), turned(5, 2)
        type(nn_scratch) :: scratch
        integer :: i

        call model%load(path)
        call holds('sizes of the model', model%features == 2 .and. model%outputs == 2)
        call holds('it predicts classes', model%predicts == nn_predicts_classes)
        call holds('names of classes', model%class_name(1) == 'inner' .and. model%class_name(2) == 'outer')
        call holds('no name of class 0', model%class_name(0) == '')
        x = reshape([0.1, 0.2, -0.9, 0.3, 0.5, 0.5, 0.0, -1.0, 0.25, -0.25], [2, 5])
        call model%predict(x, y, scratch)
        call holds('probabilities', all(abs(sum(y, 1) - 1) < 1e-6) .and. all(y > 0))
        call holds('the class of a row', model%class_number(y(:, 4)) == maxloc(y(:, 4), 1))

        wide = 99
        wide(2:5:3, 1:9:2) = x
        spread = -1
        call model%predict(wide(2:5:3, 1:9:2), spread(2:4:2, 11:3:-2), scratch)
        call holds('sections with strides', all(spread(2:4:2, 11:3:-2) == y))
        call holds('nothing beside the section is written', count(spread == -1) == size(spread) - size(y))

        single = real(x, real32)
        call model%predict(single, from_single)
        call model%predict(real(single, real64), y)
        call holds('real32', all(abs(from_single - y) < 1e-5))
        turned = transpose(single)
        do i = 1, 5
            call model%predict(turned(i, :), by_row(:, i), scratch)
        end do
        call holds('a row of real32 is what it is among others', all(from_single == by_row))

        call model%predict(x, y)
        do i = 1, 5
            row = x(:, i)
            call model%predict(row, one, scratch)
            call holds('a row of real64 is what it is among others', all(one == y(:, i)))
        end do
        call model%predict(x(:, 1:0), y(:, 1:0), scratch)
    end subroutine classes

    !> One feature, one value: the derivative is that of a central difference.
    subroutine values(path)
        character(len=*), intent(in) :: path
        real(real64), parameter :: h = 1e-2_real64
        real(real64) :: x(1, 2), y(1, 2), slope(1, 1)
        logical :: outside(1)

        call model%load(path)
        call holds('it predicts values', model%predicts == nn_predicts_values)
        x(1, :) = [0.5_real64 - h, 0.5_real64 + h]
        call model%predict(x, y)
        call model%jacobian([0.5_real64], slope)
        call holds('jacobian', abs(slope(1, 1) - (y(1, 2) - y(1, 1))/(2*h)) < 1e-3*max(1.0_real64, abs(slope(1, 1))))
        call holds('a row within the range', model%check_range([0.5_real64], outside) == 0 .and. .not. outside(1))
        call holds('a row outside of the range', model%check_range([1e6_real64], outside) == 1 .and. outside(1))
    end subroutine values

    subroutine errors(path)
        character(len=*), intent(in) :: path
        character(len=:), allocatable :: message
        integer :: status

        call model%load(path, status, message)
        call holds('a file that is none', status == nn_data .and. index(message, path) > 0)
        call holds('no model is left', model%features == 0)
    end subroutine errors

end program check
