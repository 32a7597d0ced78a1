# SPDX-License-Identifier: MIT
# Any processor; of x86-64, what the first one had.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(isa_flags -march=x86-64)
endif()
