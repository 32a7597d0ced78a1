# SPDX-License-Identifier: MIT
# nntrain_kernel_text(<result> <file>...): writes a C file with the lines of the given sources, for nntrain export c, which
# copies functions from them; a change of one configures anew.
function(nntrain_kernel_text result)
    set(lines "")
    foreach(file ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
        file(READ ${file} text)
        string(REPLACE "\\" "\\\\" text "${text}")
        string(REPLACE "\"" "\\\"" text "${text}")
        string(REPLACE "\n" "\",\n    \"" text "${text}")
        string(APPEND lines "    \"${text}\",\n")
    endforeach()
    set(path ${CMAKE_CURRENT_BINARY_DIR}/export/kernel_text.c)
    set(whole "/* SPDX-License-Identifier: MIT */\n/* Made by CMake of ${ARGN}. */\n#include \"export/source/kernel_text.h\"\n\n")
    string(APPEND whole "const char *const nni_kernel_text[] = {\n${lines}    NULL,\n};\n")
    file(WRITE ${path}.new "${whole}")
    configure_file(${path}.new ${path} COPYONLY) # which leaves one that is the same alone
    set(${result} ${path} PARENT_SCOPE)
endfunction()
