# SPDX-License-Identifier: MIT
# libnninfer: what predicts, and nothing else. Included by src/CMakeLists.txt, whose library_sources it divides in three.

# Its public functions, which libnntrain does not have, and a team of one thread.
set(infer_sources ${library_sources})
list(FILTER infer_sources INCLUDE REGEX "^infer/(jacobian|load|predict|row|team)\\.c$")
# What both libraries are made of, compiled once: the same bits by the same instructions. "omp simd" is for the compiler
# alone; threads come from support/threads/team.h.
set(inference_sources ${library_sources})
list(FILTER inference_sources INCLUDE REGEX "^infer/|^kernels/(gemm|isa)/|^kernels/elementwise/(activations|convert|elementwise|normalize)\\.c$|\
^model/(feature_scaler|infer|layout|norms|partial_sums|target_scaler)\\.c$|\
^support/(element|files|json_read|memory|printable|setting|status|sum_tree|timeline|utf8)\\.c$|\
^support/(system/(c_locale|cgroup|cpu)|threads/team_divide)\\.c$")
list(REMOVE_ITEM inference_sources ${infer_sources})
set(trainer_sources ${library_sources})
list(REMOVE_ITEM trainer_sources ${infer_sources} ${inference_sources})
list(REMOVE_ITEM library_sources ${infer_sources})

include(CheckCCompilerFlag)
check_c_compiler_flag(-fopenmp-simd NNTRAIN_HAS_OPENMP_SIMD)
foreach(target inference_objects infer_objects)
    string(REPLACE _objects _sources sources ${target})
    add_library(${target} OBJECT ${${sources}})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(${target} PRIVATE nntrain_flags)
    # Objects for the link-time optimiser keep names that the static library hides.
    target_compile_options(${target} PRIVATE -fno-lto $<$<BOOL:${NNTRAIN_HAS_OPENMP_SIMD}>:-fopenmp-simd>)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endforeach()
set(infer_parts $<TARGET_OBJECTS:infer_objects> $<TARGET_OBJECTS:inference_objects>)

set(infer_map ${CMAKE_CURRENT_SOURCE_DIR}/infer/exports.map)
add_library(libnninfer_shared SHARED ${infer_parts})
target_link_options(libnninfer_shared PRIVATE -Wl,--version-script=${infer_map} -Wl,--no-undefined)
set_target_properties(libnninfer_shared PROPERTIES EXPORT_NAME nninfer LINK_DEPENDS ${infer_map}
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# The static one is one object, in which every name is hidden but those of its interface: a program may be linked with
# libnntrain.a, too.
set(infer_object ${CMAKE_CURRENT_BINARY_DIR}/nninfer.o)
add_custom_command(OUTPUT ${infer_object}
    COMMAND ${CMAKE_LINKER} -r -o ${infer_object} ${infer_parts}
    COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=nn_infer_* ${infer_object}
    DEPENDS infer_objects inference_objects ${infer_parts}
    COMMAND_EXPAND_LISTS
    COMMENT "Hiding the inside of libnninfer" VERBATIM)
add_library(libnninfer STATIC ${infer_object})
set_target_properties(libnninfer PROPERTIES EXPORT_NAME nninfer_static)
foreach(library libnninfer libnninfer_shared)
    target_include_directories(${library} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                 $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${library} PRIVATE $<BUILD_INTERFACE:nntrain_flags> m)
    set_target_properties(${library} PROPERTIES OUTPUT_NAME nninfer LINKER_LANGUAGE C)
endforeach()

install(TARGETS libnninfer_shared libnninfer EXPORT nninferTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
                                                                   ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
add_subdirectory(package/infer)
