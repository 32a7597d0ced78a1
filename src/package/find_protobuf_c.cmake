# SPDX-License-Identifier: MIT
# protobuf-c and its compiler, for ONNX: sets NNTRAIN_HAS_ONNX and NNTRAIN_PROTOC, and makes the target PkgConfig::PROTOBUF_C.
set(NNTRAIN_HAS_ONNX OFF)
if(NNTRAIN_ONNX)
    pkg_check_modules(PROTOBUF_C IMPORTED_TARGET libprotobuf-c)
    find_program(NNTRAIN_PROTOC protoc-c)
    find_program(NNTRAIN_PROTOC_PLUGIN protoc-gen-c) # all that the newest ones have
    if(NOT NNTRAIN_PROTOC AND NNTRAIN_PROTOC_PLUGIN)
        find_program(NNTRAIN_PROTOC protoc)
    endif()
    if(PROTOBUF_C_FOUND AND NNTRAIN_PROTOC)
        set(NNTRAIN_HAS_ONNX ON)
    elseif(NOT NNTRAIN_ONNX STREQUAL "AUTO")
        message(FATAL_ERROR "NNTRAIN_ONNX=${NNTRAIN_ONNX}, but protobuf-c or its compiler protoc-c is not found; install "
                            "libprotobuf-c-dev and protobuf-c-compiler, or configure without it")
    endif()
endif()
