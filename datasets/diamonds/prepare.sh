#!/bin/sh
# SPDX-License-Identifier: MIT
# prepare.sh: makes diamonds.h5 beside this script from the table "diamonds" of R's ggplot2 (H. Wickham; MIT licence):
# prices and properties of 53,940 cut diamonds, a fifth of them held out. Prints how well a linear fit predicts those.
# Debian: apt-get install r-base-core r-cran-ggplot2 hdf5-tools
set -eu

here=$(cd "$(dirname "$0")" && pwd)
need() { # NAME PACKAGE COMMAND...: where the command fails, NAME is missing
    name=$1 package=$2
    shift 2
    "$@" >/dev/null 2>&1 && return
    echo "prepare.sh: $name is missing: apt-get install $package" >&2
    exit 1
}
need R "r-base-core r-cran-ggplot2 hdf5-tools" command -v Rscript
need "R's package ggplot2, which has the table," r-cran-ggplot2 Rscript --vanilla -e 'stopifnot(requireNamespace("ggplot2"))'
need h5import hdf5-tools command -v h5import
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Ordered grades become 1, 2, 3, ...; prices are in thousands of dollars.
Rscript --vanilla - <<'R'
table <- as.data.frame(ggplot2::diamonds)
for (grade in c("cut", "color", "clarity")) table[[grade]] <- as.integer(table[[grade]])
table$price <- table$price / 1000
set.seed(1)
held_out <- sample(nrow(table), nrow(table) %/% 5)
put <- function(values, name) write.table(format(values, digits = 7), name, row.names = FALSE, col.names = FALSE, quote = FALSE)
splits <- list(train = table[-held_out, ], test = table[held_out, ])
for (split in names(splits)) {
    rows <- splits[[split]]
    put(rows[, names(rows) != "price"], paste0(split, "-x.txt"))
    put(rows[, "price", drop = FALSE], paste0(split, "-y.txt"))
}
line <- lm(price ~ ., data = splits$train)
residual <- splits$test$price - predict(line, splits$test)
cat(sprintf("a linear fit predicts the held-out prices with an RMSE of %.4f\n", sqrt(mean(residual^2))))
R

train=$(wc -l <train-y.txt)
test=$(wc -l <test-y.txt)
h5import train-x.txt -dims "$train,9" -path /train/x -type TEXTFP -size 32 \
    train-y.txt -dims "$train" -path /train/y -type TEXTFP -size 32 \
    test-x.txt -dims "$test,9" -path /test/x -type TEXTFP -size 32 \
    test-y.txt -dims "$test" -path /test/y -type TEXTFP -size 32 -o diamonds.h5
mv diamonds.h5 "$here/diamonds.h5"
echo "wrote $here/diamonds.h5"
