# SPDX-License-Identifier: MIT
# The instruction sets that kernels are compiled for, slowest first: a line each, which names a folder beside this file.
set(NNTRAIN_ISAS
    portable
    avx2
    avx512
)

# Only a folder's files are compiled for its set, whatever CFLAGS such as -march=native say: what runs is chosen at run
# time, and its bits belong to the instruction set, not to a build. The folder's flags.cmake sets isa_processors, a regular
# expression of CMAKE_SYSTEM_PROCESSOR, isa_flags, and isa_pairs_flags, which gemm_pairs.c has beside them.
#
# GCC would compile each loop twice, once for strides of 1. Kernels have a loop of their own for those, and the second
# copy takes registers from the first.
set(gemm_flags $<$<C_COMPILER_ID:GNU>:-fno-version-loops-for-strides>)
# No byte of a file decides what a matrix product does, and Clang takes minutes for one between sanitizers.
if(NNTRAIN_FUZZ)
    list(APPEND gemm_flags -fno-sanitize=all)
endif()

set(isa_list "")
foreach(isa ${NNTRAIN_ISAS})
    set(folder kernels/isa/${isa})
    set(isa_processors .*)
    set(isa_flags "")
    set(isa_pairs_flags "")
    include(${CMAKE_CURRENT_LIST_DIR}/${isa}/flags.cmake)
    if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(${isa_processors})$")
        list(REMOVE_ITEM NNTRAIN_ISAS ${isa})
        list(FILTER library_sources EXCLUDE REGEX "^${folder}/")
        continue()
    endif()
    string(APPEND isa_list "NNI_ISA(${isa}) ")
    set_source_files_properties(${folder}/gemm.c PROPERTIES COMPILE_OPTIONS "${isa_flags};${gemm_flags}")
    set_source_files_properties(${folder}/gemm_pairs.c PROPERTIES
                                COMPILE_OPTIONS "${isa_flags};${isa_pairs_flags};${gemm_flags}")
    # A square root that may set errno is not vectorised.
    set_source_files_properties(${folder}/elementwise.c ${folder}/update.c PROPERTIES
                                COMPILE_OPTIONS "${isa_flags};-fno-math-errno")
    set_source_files_properties(${folder}/peak.c PROPERTIES COMPILE_OPTIONS "${isa_flags}")
endforeach()
set_source_files_properties(kernels/isa/list.c PROPERTIES COMPILE_DEFINITIONS "NNI_ISA_LIST=${isa_list}")
set(NNTRAIN_ISAS ${NNTRAIN_ISAS} PARENT_SCOPE) # for the tests
