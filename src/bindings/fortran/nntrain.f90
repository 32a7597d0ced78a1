! SPDX-License-Identifier: MIT
!> Predictions of a trained model, by libnninfer: include/nntrain/infer.h in Fortran 2018.
!!
!! A model does not change once it is loaded: any number of threads may use one at once, each with scratch of its own.
!! Batches are x(features, rows) and y(outputs, rows), in the order of Fortran, so that a row lies together; sections of
!! any stride are read and written where they lie.
module nntrain
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: real32, real64
    implicit none
    private
    public :: nn_model, nn_scratch
    public :: nn_predicts_classes, nn_predicts_labels, nn_predicts_values
    public :: nn_ok, nn_data, nn_system

    !> What the outputs of a model speak of.
    integer, parameter :: nn_predicts_classes = 0 !< probabilities of the classes, of which a row has one
    integer, parameter :: nn_predicts_labels = 1  !< probabilities of labels, each of which a row has or has not
    integer, parameter :: nn_predicts_values = 2  !< values, in the units of the targets

    !> Status of a call.
    integer, parameter :: nn_ok = 0
    integer, parameter :: nn_data = 3   !< the file is missing, no model, damaged, or of a newer version
    integer, parameter :: nn_system = 5 !< memory runs out

    integer(c_int), parameter :: type_float = 0, type_double = 1
    integer, parameter :: message_size = 1024
    integer(c_intptr_t), parameter :: alignment = 64

    !> Memory that predictions work in: one for each thread, for any model. It grows with the largest batch.
    type :: nn_scratch
        private
        integer(c_int8_t), allocatable :: bytes(:)
    end type nn_scratch

    !> A trained model. It is freed when it goes out of scope, or by free; it cannot be copied by assignment.
    type :: nn_model
        private
        type(c_ptr) :: handle = c_null_ptr
        integer, public :: features = 0 !< of a row
        integer, public :: outputs = 0  !< of a row
        integer, public :: predicts = -1 !< nn_predicts_*
    contains
        procedure :: load
        procedure :: free => free_model
        procedure :: class_name
        procedure :: class_number
        procedure :: jacobian
        procedure :: check_range
        !> call model%predict(x, y [, scratch])
        generic :: predict => predict_row_real32, predict_row_real64, predict_rows_real32, predict_rows_real64
        procedure, private :: predict_row_real32, predict_row_real64, predict_rows_real32, predict_rows_real64
        procedure, private :: assign
        generic :: assignment(=) => assign
        final :: finish
    end type nn_model

    type, bind(c) :: c_error
        integer(c_int) :: status
        character(kind=c_char) :: message(message_size)
    end type c_error

    !> nn_infer_input and nn_infer_output, which have the same members.
    type, bind(c) :: c_batch
        type(c_ptr) :: data
        integer(c_int) :: element_type
        integer(c_ptrdiff_t) :: row_stride
        integer(c_ptrdiff_t) :: column_stride
    end type c_batch

    interface
        function nn_infer_load(path, model, error) bind(c) result(status)
            import :: c_char, c_error, c_int, c_ptr
            character(kind=c_char), intent(in) :: path(*)
            type(c_ptr), intent(out) :: model
            type(c_error), intent(out) :: error
            integer(c_int) :: status
        end function nn_infer_load

        subroutine nn_infer_free(model) bind(c)
            import :: c_ptr
            type(c_ptr), value :: model
        end subroutine nn_infer_free

        pure function nn_infer_predicts(model) bind(c) result(kind)
            import :: c_int, c_ptr
            type(c_ptr), value :: model
            integer(c_int) :: kind
        end function nn_infer_predicts

        pure function nn_infer_features(model) bind(c) result(count)
            import :: c_ptr, c_size_t
            type(c_ptr), value :: model
            integer(c_size_t) :: count
        end function nn_infer_features

        pure function nn_infer_outputs(model) bind(c) result(count)
            import :: c_ptr, c_size_t
            type(c_ptr), value :: model
            integer(c_size_t) :: count
        end function nn_infer_outputs

        pure function nn_infer_class_name(model, number) bind(c) result(name)
            import :: c_ptr, c_size_t
            type(c_ptr), value :: model
            integer(c_size_t), value :: number
            type(c_ptr) :: name
        end function nn_infer_class_name

        pure function nn_infer_scratch_bytes(model, rows) bind(c) result(bytes)
            import :: c_ptr, c_size_t
            type(c_ptr), value :: model
            integer(c_size_t), value :: rows
            integer(c_size_t) :: bytes
        end function nn_infer_scratch_bytes

        subroutine nn_infer_predict(model, rows, x, y, scratch) bind(c)
            import :: c_batch, c_ptr, c_size_t
            type(c_ptr), value :: model
            integer(c_size_t), value :: rows
            type(c_batch), value :: x, y
            type(c_ptr), value :: scratch
        end subroutine nn_infer_predict

        pure function nn_infer_class(model, y) bind(c) result(number)
            import :: c_double, c_ptr, c_size_t
            type(c_ptr), value :: model
            real(c_double), intent(in) :: y(*)
            integer(c_size_t) :: number
        end function nn_infer_class

        subroutine nn_infer_jacobian(model, x, jacobian, scratch) bind(c)
            import :: c_double, c_ptr
            type(c_ptr), value :: model
            real(c_double), intent(in) :: x(*)
            real(c_double), intent(out) :: jacobian(*)
            type(c_ptr), value :: scratch
        end subroutine nn_infer_jacobian

        function nn_infer_check_range(model, x, outside) bind(c) result(count)
            import :: c_double, c_ptr, c_signed_char, c_size_t
            type(c_ptr), value :: model
            real(c_double), intent(in) :: x(*)
            integer(c_signed_char), intent(out) :: outside(*)
            integer(c_size_t) :: count
        end function nn_infer_check_range

        pure function strlen(text) bind(c) result(length)
            import :: c_ptr, c_size_t
            type(c_ptr), value :: text
            integer(c_size_t) :: length
        end function strlen
    end interface

contains

    ! What threads call at once is recursive: its variables are each call's own, also where a compiler is told nothing of OpenMP.

    !> Loads a model that nntrain export safetensors wrote; one that was loaded before is freed.
    !!
    !! @param path     of the file, without trailing blanks
    !! @param status   nn_ok, nn_data or nn_system; without it a failure prints its message and stops the program
    !! @param message  receives one sentence that says what went wrong
    subroutine load(model, path, status, message)
        class(nn_model), intent(inout) :: model
        character(len=*), intent(in) :: path
        integer, intent(out), optional :: status
        character(len=:), allocatable, intent(out), optional :: message
        type(c_error) :: error
        character(len=:), allocatable :: said
        integer(c_int) :: outcome
        integer :: i

        call model%free()
        outcome = nn_infer_load(trim(path)//c_null_char, model%handle, error)
        said = ''
        if (outcome /= nn_ok) then
            model%handle = c_null_ptr
            do i = 1, message_size
                if (error%message(i) == c_null_char) exit
                said = said//error%message(i)
            end do
        else
            model%features = int(nn_infer_features(model%handle))
            model%outputs = int(nn_infer_outputs(model%handle))
            model%predicts = int(nn_infer_predicts(model%handle))
        end if
        if (present(message)) message = said
        if (present(status)) then
            status = int(outcome)
        else if (outcome /= nn_ok) then
            error stop said
        end if
    end subroutine load

    !> Frees a model; one that is not loaded is fine.
    subroutine free_model(model)
        class(nn_model), intent(inout) :: model

        if (c_associated(model%handle)) call nn_infer_free(model%handle)
        model%handle = c_null_ptr
        model%features = 0
        model%outputs = 0
        model%predicts = -1
    end subroutine free_model

    subroutine finish(model)
        type(nn_model), intent(inout) :: model

        call model%free()
    end subroutine finish

    subroutine assign(to, from)
        class(nn_model), intent(inout) :: to
        class(nn_model), intent(in) :: from

        if (c_associated(to%handle, from%handle)) return
        error stop 'a nn_model cannot be copied: load it once more, or pass it by reference'
    end subroutine assign

    !> @return the name of class 1, 2, ...; '' where classes have none
    recursive function class_name(model, number) result(name)
        class(nn_model), intent(in) :: model
        integer, intent(in) :: number
        character(len=:), allocatable :: name
        character(kind=c_char), pointer :: text(:)
        type(c_ptr) :: address
        integer :: i

        name = ''
        if (number < 1) return
        address = nn_infer_class_name(model%handle, int(number - 1, c_size_t))
        if (.not. c_associated(address)) return
        call c_f_pointer(address, text, [strlen(address)])
        name = repeat(' ', size(text))
        do i = 1, size(text)
            name(i:i) = text(i)
        end do
    end function class_name

    !> @return the class, from 1, that outputs of a row speak for: the most probable one; of one output, 2 where it is at
    !! least 0.5, else 1
    pure recursive function class_number(model, y) result(number)
        class(nn_model), intent(in) :: model
        real(real64), intent(in) :: y(:)
        integer :: number

        number = int(nn_infer_class(model%handle, [y])) + 1
    end function class_number

    !> Derivatives of the outputs by the features at one row: jacobian(k, j) = dy(k) / dx(j), in the units of the data.
    !! 0 for a feature that is missing, constant in training or limited there.
    recursive subroutine jacobian(model, x, derivatives, scratch)
        class(nn_model), intent(in) :: model
        real(real64), intent(in) :: x(:)
        real(real64), intent(out) :: derivatives(:, :)
        type(nn_scratch), intent(inout), optional, target :: scratch
        type(nn_scratch), target :: own
        real(real64) :: by_feature(model%features, model%outputs) ! [outputs, features] in the order of C

        if (size(x) /= model%features .or. any(shape(derivatives) /= [model%outputs, model%features])) &
            error stop 'nntrain: jacobian takes x(features) and derivatives(outputs, features)'
        if (present(scratch)) then
            call nn_infer_jacobian(model%handle, [x], by_feature, room(model, scratch, 1))
        else
            call nn_infer_jacobian(model%handle, [x], by_feature, room(model, own, 1))
        end if
        derivatives = transpose(by_feature)
    end subroutine jacobian

    !> @return how many features of a row are outside of what the training rows had; 0 also where the file does not tell.
    !! @param outside  [features] which
    recursive function check_range(model, x, outside) result(count)
        class(nn_model), intent(in) :: model
        real(real64), intent(in) :: x(:)
        logical, intent(out), optional :: outside(:)
        integer :: count
        integer(c_signed_char) :: is_outside(model%features)

        if (size(x) /= model%features) error stop 'nntrain: check_range takes x(features)'
        count = int(nn_infer_check_range(model%handle, [x], is_outside))
        if (present(outside)) outside = is_outside /= 0
    end function check_range

    !> Address of scratch for so many rows, a multiple of `alignment`.
    recursive function room(model, scratch, rows) result(address)
        class(nn_model), intent(in) :: model
        type(nn_scratch), intent(inout), target :: scratch
        integer, intent(in) :: rows
        type(c_ptr) :: address
        integer(c_size_t) :: needed
        integer(c_intptr_t) :: start

        needed = nn_infer_scratch_bytes(model%handle, int(rows, c_size_t)) + alignment
        if (allocated(scratch%bytes)) then
            if (size(scratch%bytes, kind=c_size_t) < needed) deallocate (scratch%bytes)
        end if
        if (.not. allocated(scratch%bytes)) allocate (scratch%bytes(needed))
        start = transfer(c_loc(scratch%bytes), start)
        address = c_loc(scratch%bytes(1 + modulo(-start, alignment)))
    end function room

    !> Elements of `bytes` bytes from the first address to the second.
    pure recursive function distance(from, to, bytes) result(elements)
        type(c_ptr), intent(in) :: from, to
        integer, intent(in) :: bytes
        integer(c_ptrdiff_t) :: elements
        integer(c_intptr_t), parameter :: mold = 0

        elements = (transfer(to, mold) - transfer(from, mold)) / bytes
    end function distance

    recursive function batch_real32(a) result(batch)
        real(real32), intent(in), target :: a(:, :)
        type(c_batch) :: batch

        batch = c_batch(c_loc(a(1, 1)), type_float, 0, 0)
        if (size(a, 2) > 1) batch%row_stride = distance(batch%data, c_loc(a(1, 2)), 4)
        if (size(a, 1) > 1) batch%column_stride = distance(batch%data, c_loc(a(2, 1)), 4)
    end function batch_real32

    recursive function batch_real64(a) result(batch)
        real(real64), intent(in), target :: a(:, :)
        type(c_batch) :: batch

        batch = c_batch(c_loc(a(1, 1)), type_double, 0, 0)
        if (size(a, 2) > 1) batch%row_stride = distance(batch%data, c_loc(a(1, 2)), 8)
        if (size(a, 1) > 1) batch%column_stride = distance(batch%data, c_loc(a(2, 1)), 8)
    end function batch_real64

    recursive subroutine predict_batch(model, rows, x, y, scratch)
        class(nn_model), intent(in) :: model
        integer, intent(in) :: rows
        type(c_batch), intent(in) :: x, y
        type(nn_scratch), intent(inout), optional, target :: scratch
        type(nn_scratch), target :: own

        if (present(scratch)) then
            call nn_infer_predict(model%handle, int(rows, c_size_t), x, y, room(model, scratch, rows))
        else
            call nn_infer_predict(model%handle, int(rows, c_size_t), x, y, room(model, own, rows))
        end if
    end subroutine predict_batch

    recursive subroutine check_shapes(model, x_shape, y_shape)
        class(nn_model), intent(in) :: model
        integer, intent(in) :: x_shape(2), y_shape(2)

        if (.not. c_associated(model%handle)) error stop 'nntrain: predict needs a model that is loaded'
        if (x_shape(1) /= model%features .or. y_shape(1) /= model%outputs .or. x_shape(2) /= y_shape(2)) &
            error stop 'nntrain: predict takes x(features, rows) and y(outputs, rows)'
    end subroutine check_shapes

    !> Predicts rows: what nn_infer_predict does, with the bits of nntrain predict.
    !!
    !! @param x        (features, rows), in the units of the data that was trained on; NaN where a value is missing
    !! @param y        (outputs, rows) receives what model%predicts says; must not overlap x
    !! @param scratch  of this thread; without it, memory is taken and freed in each call
    recursive subroutine predict_rows_real32(model, x, y, scratch)
        class(nn_model), intent(in) :: model
        real(real32), intent(in), target :: x(:, :)
        real(real32), intent(inout), target :: y(:, :)
        type(nn_scratch), intent(inout), optional :: scratch

        call check_shapes(model, shape(x), shape(y))
        if (size(x, 2) > 0) call predict_batch(model, size(x, 2), batch_real32(x), batch_real32(y), scratch)
    end subroutine predict_rows_real32

    recursive subroutine predict_rows_real64(model, x, y, scratch)
        class(nn_model), intent(in) :: model
        real(real64), intent(in), target :: x(:, :)
        real(real64), intent(inout), target :: y(:, :)
        type(nn_scratch), intent(inout), optional :: scratch

        call check_shapes(model, shape(x), shape(y))
        if (size(x, 2) > 0) call predict_batch(model, size(x, 2), batch_real64(x), batch_real64(y), scratch)
    end subroutine predict_rows_real64

    !> One row: x(features), y(outputs).
    recursive subroutine predict_row_real32(model, x, y, scratch)
        class(nn_model), intent(in) :: model
        real(real32), intent(in), target :: x(:)
        real(real32), intent(inout), target :: y(:)
        type(nn_scratch), intent(inout), optional :: scratch
        type(c_batch) :: from, to

        call check_shapes(model, [size(x), 1], [size(y), 1])
        from = c_batch(c_loc(x(1)), type_float, 0, 0)
        to = c_batch(c_loc(y(1)), type_float, 0, 0)
        if (size(x) > 1) from%column_stride = distance(from%data, c_loc(x(2)), 4)
        if (size(y) > 1) to%column_stride = distance(to%data, c_loc(y(2)), 4)
        call predict_batch(model, 1, from, to, scratch)
    end subroutine predict_row_real32

    recursive subroutine predict_row_real64(model, x, y, scratch)
        class(nn_model), intent(in) :: model
        real(real64), intent(in), target :: x(:)
        real(real64), intent(inout), target :: y(:)
        type(nn_scratch), intent(inout), optional :: scratch
        type(c_batch) :: from, to

        call check_shapes(model, [size(x), 1], [size(y), 1])
        from = c_batch(c_loc(x(1)), type_double, 0, 0)
        to = c_batch(c_loc(y(1)), type_double, 0, 0)
        if (size(x) > 1) from%column_stride = distance(from%data, c_loc(x(2)), 8)
        if (size(y) > 1) to%column_stride = distance(to%data, c_loc(y(2)), 8)
        call predict_batch(model, 1, from, to, scratch)
    end subroutine predict_row_real64

end module nntrain
