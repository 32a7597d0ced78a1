# SPDX-License-Identifier: MIT
set(isa_processors x86_64|AMD64)
set(isa_flags -march=x86-64 -mavx2 -mfma)
