# SPDX-License-Identifier: MIT
# nntrain_c_lines(<result> <file>...): the lines of text files as the elements of an array of C strings; a change of one
# configures anew. nntrain_write_source(<path> <text>): writes a file, and leaves one that is the same alone.
function(nntrain_c_lines result)
    set(lines "")
    foreach(file ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
        file(READ ${file} text)
        string(REPLACE "\\" "\\\\" text "${text}")
        string(REPLACE "\"" "\\\"" text "${text}")
        string(REPLACE "\n" "\",\n    \"" text "${text}")
        string(APPEND lines "    \"${text}\",\n")
    endforeach()
    set(${result} "${lines}" PARENT_SCOPE)
endfunction()

function(nntrain_write_source path text)
    file(WRITE ${path}.new "${text}")
    configure_file(${path}.new ${path} COPYONLY)
endfunction()
