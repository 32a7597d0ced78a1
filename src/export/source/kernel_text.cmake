# SPDX-License-Identifier: MIT
# nntrain_kernel_text(<result> <file>...): writes a C file with the lines of the given sources, for nntrain export c, which
# copies functions from them.
function(nntrain_kernel_text result)
    nntrain_c_lines(lines ${ARGN})
    set(path ${CMAKE_CURRENT_BINARY_DIR}/export/kernel_text.c)
    set(whole "/* SPDX-License-Identifier: MIT */\n/* Made by CMake of ${ARGN}. */\n#include \"export/source/kernel_text.h\"\n\n")
    string(APPEND whole "const char *const nni_kernel_text[] = {\n${lines}    NULL,\n};\n")
    nntrain_write_source(${path} "${whole}")
    set(${result} ${path} PARENT_SCOPE)
endfunction()
