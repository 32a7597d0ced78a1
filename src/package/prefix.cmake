# SPDX-License-Identifier: MIT
# Where pkg-config files say that things are.
# The installation can be moved, or installed below another prefix than the configured one.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(NNTRAIN_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
    set(NNTRAIN_PC_LIBDIR "${CMAKE_INSTALL_FULL_LIBDIR}")
    set(NNTRAIN_PC_INCLUDEDIR "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
    set(NNTRAIN_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
    set(NNTRAIN_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
    file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(NNTRAIN_PC_PREFIX "\${pcfiledir}/${up}")
endif()
