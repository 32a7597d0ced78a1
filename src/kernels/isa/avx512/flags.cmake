# SPDX-License-Identifier: MIT
set(isa_processors x86_64|AMD64)
set(isa_flags -march=x86-64 -mavx2 -mfma -mavx512f -mavx512vl -mavx512dq -mavx512bw -mprefer-vector-width=512)
set(isa_pairs_flags -mavx512bf16)
